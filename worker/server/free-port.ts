/** The port of a home's server: the same one at every start, where it is free. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ranges from which systems draw ports for outgoing connections, so that none of those sits on it. */
const firstPort = 20_000;
const ports = 12_000;
const tries = 50;

/** A port that is free on 127.0.0.1; which is tried first follows from the home's path. */
export async function choosePort(home: string): Promise<number> {
  const start = createHash('sha256').update(home).digest().readUInt32BE() % ports;
  for (let step = 0; step < tries; step += 1) {
    const port = firstPort + ((start + step) % ports);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port on 127.0.0.1 among ${tries} from ${firstPort + start} on`);
}

/** Whether a server could listen on this port of 127.0.0.1 now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
