/** Starts a Temporal server for one home and waits until it answers. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessMark } from '../../schemas/process-mark.ts';
import { markProcess } from '../../store/process-life.ts';
import { acquireLock } from '../setup/processes/process-lock.ts';
import { describeResult, runCommand, succeeded } from '../setup/processes/run-command.ts';
import type { Progress } from '../setup/progress.ts';
import type { ServerBinary } from '../setup/temporal/server-binary.ts';
import { askServer } from './ask-server.ts';
import { choosePort, isFree } from './free-port.ts';
import { cleanEnvironment, retentionArguments } from './server-arguments.ts';
import { makeServerFolder, type ServerFolder } from './server-folder.ts';
import { lastLogLines, rotateLog } from './server-log.ts';
import {
  adoptServer,
  endServerProcess,
  killServerProcess,
  readServerState,
  type ServerProcess,
  spawnServer,
} from './server-process.ts';
import { claimDatabase, completeDatabase } from './server-version-file.ts';

export interface StartOptions {
  readonly home: string;
  readonly binary: ServerBinary;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
  /** Must be this one (clients know it already); without it, one that is free. */
  readonly port?: number | undefined;
  /** To the first answer. Measured: 0.2 s; a machine that swaps takes longer. */
  readonly startMs?: number;
}

export interface EmbeddedServer {
  readonly address: string;
  readonly identity: ProcessMark;
  /** Settles when its process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * A server without a supervisor; the one that runs for this home already, when its supervisor was killed. Throws a
 * `ServerVersionError` when the home's database is another server's, a `ServerStartError` when the server ends or stays
 * silent, or when another process looks after this home's.
 */
export async function startServer(options: StartOptions): Promise<EmbeddedServer> {
  const files = await makeServerFolder(options.home);
  const refuse = (holder: ProcessMark | undefined) => {
    const who = holder === undefined ? 'another process' : `process ${holder.pid}`;
    throw new ServerStartError(`${who} looks after the Temporal server of ${options.home} already`);
  };
  const lock = await acquireLock(files.lock, { signal: options.signal, onWaiting: refuse });
  try {
    const server = (await adoptServer(files, markProcess())) ?? (await startProcess(files, options));
    const stop = async () => {
      await endServerProcess(server, stopMs);
      await lock.release();
    };
    return { ...server, stop };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** It takes 1.06 s to end by itself, most of it spent waiting for its own services. */
export const stopMs = 1_300;
const startMs = 60_000;
const askEveryMs = 25;
const answerMs = 1_000;

/** As `startServer`, for the supervisor. */
export async function startProcess(files: ServerFolder, options: StartOptions): Promise<ServerProcess> {
  const { binary, progress, signal } = options;
  const database = claimDatabase(files, binary);
  rotateLog(files.log);
  const port = await freePort(files, options);
  const server = spawnServer({ files, binary, port, supervisor: markProcess() });
  try {
    await untilAnswering(server, { files, startMs: options.startMs ?? startMs, signal });
    if (database === 'new') await setUpDatabase(server, files, binary);
  } catch (error) {
    await killServerProcess(server);
    throw error;
  }
  progress({ topic: 'temporal server', text: `answers at ${server.address} (process ${server.identity.pid})` });
  return server;
}

/** The server ended, or did not answer in time. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
}

/** Looked at right before the server starts: it would answer a port that is taken by ending with less to say. */
async function freePort(files: ServerFolder, { home, port }: StartOptions): Promise<number> {
  if (port !== undefined) {
    if (await isFree(port)) return port;
    throw new ServerStartError(`the server cannot have its port ${port} again: another program listens on it`);
  }
  const before = portOf(readServerState(files)?.address);
  return before !== undefined && (await isFree(before)) ? before : choosePort(home);
}

/** Of `<host>:<port>`. */
export function portOf(address: string | undefined): number | undefined {
  return address === undefined ? undefined : Number(address.slice(address.lastIndexOf(':') + 1));
}

interface Waiting {
  readonly files: ServerFolder;
  readonly startMs: number;
  readonly signal: AbortSignal | undefined;
}

async function untilAnswering(server: ServerProcess, { files, startMs: limitMs, signal }: Waiting): Promise<void> {
  const start = performance.now();
  for (;;) {
    signal?.throwIfAborted();
    const answer = await askServer({ address: server.address }, answerMs);
    // A stranger may answer on this port while the server fails to get it: then the server's process is gone, too.
    if (!server.isAlive()) throw new ServerStartError(`the Temporal server ended at once:\n${lastLogLines(files.log)}`);
    if (answer.state === 'answers') return;
    if (performance.now() - start > limitMs) {
      const seconds = Math.round(limitMs / 1000);
      throw new ServerStartError(
        `the Temporal server did not answer at ${server.address} within ${seconds} s (${answer.reason}):\n${lastLogLines(files.log)}`,
      );
    }
    await delay(askEveryMs);
  }
}

async function setUpDatabase(server: ServerProcess, files: ServerFolder, binary: ServerBinary): Promise<void> {
  const result = await runCommand({
    command: '/usr/bin/env',
    args: [...cleanEnvironment(files), binary.path, ...retentionArguments(server.address)],
    timeLimitSeconds: 30,
  });
  if (!succeeded(result)) {
    const printed = result.lines.slice(-3).join('\n    ');
    throw new ServerStartError(
      `the retention of closed workflows could not be set: ${describeResult(result)}\n    ${printed}`,
    );
  }
  completeDatabase(files);
}
