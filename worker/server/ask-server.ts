/** Asks a Temporal server what it is, over plain HTTP/2: a client library would take longer to load than to answer. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type SecureClientSessionOptions } from 'node:http2';

export interface AskedServer {
  readonly address: string;
  /** With it the connection is encrypted; certificates in PEM. */
  readonly tls?: Pick<SecureClientSessionOptions, 'ca' | 'cert' | 'key' | 'servername'> | undefined;
  /** Sent along: an API key's `authorization`, or other metadata. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type ServerAnswer =
  { readonly state: 'answers'; readonly serverVersion: string } | { readonly state: 'silent'; readonly reason: string };

/** Calls GetSystemInfo of temporal.api.workflowservice.v1, which needs no namespace and no database. */
export async function askServer(server: AskedServer, timeoutMs: number): Promise<ServerAnswer> {
  const session = open(server);
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<ServerAnswer>(resolve => {
      const silent = (reason: string) => resolve({ state: 'silent', reason });
      timer = setTimeout(() => silent(`no answer within ${timeoutMs} ms`), timeoutMs);
      session.once('error', error => silent(reasonOf(error)));
      const stream = session.request({
        ':method': 'POST',
        ':path': '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo',
        'content-type': 'application/grpc',
        te: 'trailers',
        ...server.headers,
      });
      stream.once('error', error => silent(reasonOf(error)));
      readAnswer(stream, resolve);
      // One gRPC frame: no compression, a message of no bytes.
      stream.end(Buffer.alloc(5));
    });
  } finally {
    clearTimeout(timer);
    session.destroy();
  }
}

function open({ address, tls }: AskedServer): ClientHttp2Session {
  return tls === undefined ? connect(`http://${address}`) : connect(`https://${address}`, tls);
}

function readAnswer(stream: ClientHttp2Stream, resolve: (answer: ServerAnswer) => void): void {
  const chunks: Buffer[] = [];
  let status: string | undefined;
  let message = '';
  let responded = false;
  const readStatus = (headers: Readonly<Record<string, unknown>>) => {
    if (typeof headers['grpc-status'] === 'string') status = headers['grpc-status'];
    if (typeof headers['grpc-message'] === 'string') message = headers['grpc-message'];
  };
  stream.on('response', headers => {
    responded = true;
    readStatus(headers);
  });
  stream.on('trailers', readStatus);
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.once('end', () => {
    if (status === '0')
      resolve({ state: 'answers', serverVersion: serverVersionIn(Buffer.concat(chunks).subarray(5)) });
    else if (!responded) resolve({ state: 'silent', reason: 'the connection was closed without an answer' });
    else if (status === undefined) resolve({ state: 'silent', reason: 'what answers there does not speak gRPC' });
    else resolve({ state: 'silent', reason: `it refused with gRPC status ${status}: ${message}` });
  });
}

/** Field 1 of GetSystemInfoResponse, a string; empty when the server does not tell. */
function serverVersionIn(message: Buffer): string {
  // Tag of field 1 (length-delimited), then a length below 128.
  return message[0] === 0x0a ? message.toString('utf8', 2, 2 + (message[1] ?? 0)) : '';
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
