import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { askServer } from '../../../worker/server/ask-server.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function listen(server: net.Server): Promise<string> {
  const sockets: net.Socket[] = [];
  server.on('connection', (socket: net.Socket) => sockets.push(socket));
  closing.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${(server.address() as net.AddressInfo).port}`));
  });
}

/** Answers every call with these bytes and this status; the calls' headers go to `seen`. */
function grpcServer(message: Buffer, status: string, seen: http2.IncomingHttpHeaders[] = []): net.Server {
  const server = http2.createServer();
  server.on('stream', (stream, headers) => {
    seen.push(headers);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status, 'grpc-message': 'because' }));
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([frame, message]));
  });
  return server;
}

test('a server that answers tells its version', async () => {
  const seen: http2.IncomingHttpHeaders[] = [];
  const address = await listen(grpcServer(Buffer.from('\n\u00061.31.2\u0012\u0002\u0008\u0001', 'latin1'), '0', seen));
  const headers = { authorization: 'Bearer key' };
  expect(await askServer({ address, headers }, 2_000)).toEqual({ state: 'answers', serverVersion: '1.31.2' });
  expect(seen[0]).toMatchObject({
    ':path': '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo',
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: 'Bearer key',
  });
});

test('a server that does not tell its version answers all the same', async () => {
  const address = await listen(grpcServer(Buffer.alloc(0), '0'));
  expect(await askServer({ address }, 2_000)).toEqual({ state: 'answers', serverVersion: '' });
});

test.each([
  {
    name: 'refuses',
    server: () => grpcServer(Buffer.alloc(0), '7'),
    reason: 'it refused with gRPC status 7: because',
  },
  {
    name: 'never answers',
    server: () => net.createServer(() => undefined),
    reason: 'no answer within 300 ms',
  },
  {
    name: 'hangs up',
    server: () => net.createServer(socket => socket.destroy()),
    reason: /closed without an answer|ECONNRESET/,
  },
  {
    name: 'speaks HTTP/1.1',
    server: () => http.createServer((_, response) => response.end('hello')),
    reason: /Protocol error|PROTOCOL_ERROR|ECONNRESET/i,
  },
])('what $name is silent, with the reason', async ({ server, reason }) => {
  const address = await listen(server());
  expect(await askServer({ address }, 300)).toEqual({
    state: 'silent',
    reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
  });
});

test('an address where nothing listens is silent at once', async () => {
  const address = await listen(net.createServer());
  closing.pop()!();
  const began = performance.now();
  expect(await askServer({ address }, 5_000)).toMatchObject({
    state: 'silent',
    reason: expect.stringContaining('ECONNREFUSED'),
  });
  expect(performance.now() - began).toBeLessThan(2_000);
});
