/** The process of an embedded server: started, found again, and ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type ProcessMark, processMarkSchema } from '../../schemas/process-mark.ts';
import { findProcess, processState } from '../../store/process-life.ts';
import { signalProcess } from '../setup/processes/signal-process.ts';
import type { ServerBinary } from '../setup/temporal/server-binary.ts';
import { readJsonFile, writeJsonFile } from '../setup/json-file.ts';
import type { ServerFolder } from './server-folder.ts';
import { isDatabaseComplete } from './server-version-file.ts';
import { cleanEnvironment, startArguments } from './server-arguments.ts';

export interface ServerProcess {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  readonly identity: ProcessMark;
  readonly isAlive: () => boolean;
  /** Settles when the process has ended. */
  readonly ended: Promise<void>;
}

const stateSchema = z.object({
  address: z.string().regex(/^127\.0\.0\.1:\d{1,5}$/),
  server: processMarkSchema,
  supervisor: processMarkSchema,
  version: z.string(),
});

/** What `server.json` holds. It stays after the server has ended, so that the next one takes the same address. */
export type ServerState = z.infer<typeof stateSchema>;

export function readServerState(files: ServerFolder): ServerState | undefined {
  return readJsonFile(files.state, stateSchema);
}

export interface SpawnOptions {
  readonly files: ServerFolder;
  readonly binary: ServerBinary;
  readonly port: number;
  /** Who looks after it. */
  readonly supervisor: ProcessMark;
}

/** Starts the server's process and records it; it does not wait until the server answers. */
export function spawnServer({ files, binary, port, supervisor }: SpawnOptions): ServerProcess {
  const log = openSync(files.log, 'a');
  try {
    const child = spawn('/usr/bin/env', [...cleanEnvironment(files), binary.path, ...startArguments(files, port)], {
      cwd: files.folder,
      // A session of its own: Ctrl-C in the terminal does not reach it, its supervisor decides.
      detached: true,
      // Into the file, not through a pipe: it must survive a supervisor that is killed.
      stdio: ['ignore', log, log],
    });
    return recordServer(child, { files, binary, port, supervisor });
  } finally {
    closeSync(log);
  }
}

function recordServer(child: ChildProcess, { files, binary, port, supervisor }: SpawnOptions): ServerProcess {
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', reject);
  });
  // Reported below, or by whoever waits for the end.
  ended.catch(() => undefined);
  const identity = child.pid === undefined ? undefined : findProcess(child.pid);
  if (identity === undefined) throw new Error(`${binary.path} could not be started`);
  child.unref();
  const address = `127.0.0.1:${port}`;
  const state: ServerState = { address, server: identity, supervisor, version: binary.version.server };
  try {
    writeJsonFile(files.state, state);
  } catch (error) {
    // Unrecorded, nobody would ever find it again.
    child.kill('SIGKILL');
    throw error;
  }
  return { address, identity, ended, isAlive: () => processState(identity) === 'alive' };
}

const lookEveryMs = 200;

/**
 * The living server that a supervisor before this one left, if there is one; from now on `supervisor` looks after it.
 * One that was left before its database was set up is killed: nobody has been told of it yet.
 */
export async function adoptServer(files: ServerFolder, supervisor: ProcessMark): Promise<ServerProcess | undefined> {
  const state = readServerState(files);
  if (state === undefined || processState(state.server) !== 'alive') return undefined;
  const isAlive = () => processState(state.server) === 'alive';
  const server = { address: state.address, identity: state.server, isAlive, ended: untilGone(isAlive) };
  if (!isDatabaseComplete(files)) {
    await killServerProcess(server);
    return undefined;
  }
  writeJsonFile(files.state, { ...state, supervisor } satisfies ServerState);
  return server;
}

/** No child of this process, so that nobody tells when it ends. */
async function untilGone(isAlive: () => boolean): Promise<void> {
  while (isAlive()) await delay(lookEveryMs, undefined, { ref: false });
}

/** Asks the server to end, and kills it when it has not within `graceMs`: its file is safe either way. */
export async function endServerProcess(server: ServerProcess, graceMs: number): Promise<void> {
  if (signalProcess(server.identity, 'SIGTERM', 'group')) await endsWithin(server, graceMs);
  await killServerProcess(server);
}

async function endsWithin(server: ServerProcess, ms: number): Promise<void> {
  const done = new AbortController();
  const timeout = delay(ms, undefined, { signal: done.signal }).catch(() => undefined);
  await Promise.race([server.ended, timeout]);
  done.abort();
}

/** SIGKILL, which also ends a process that is stopped. */
export async function killServerProcess(server: ServerProcess): Promise<void> {
  signalProcess(server.identity, 'SIGKILL', 'group');
  while (server.isAlive()) await delay(killedEveryMs);
}

const killedEveryMs = 10;
