/** What the tests of servers share: the cached program, bundled processes, temporary homes, and that nothing is left. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { readConfig } from '../../../worker/config.ts';
import { askServer } from '../../../worker/server/ask-server.ts';
import { serverFolderOf } from '../../../worker/server/server-folder.ts';
import { readServerState } from '../../../worker/server/server-process.ts';
import { defaultSupervisionLimits, type SupervisionLimits } from '../../../worker/server/supervision-limits.ts';
import type { ProcessMark } from '../../../schemas/process-mark.ts';
import { signalProcess } from '../../../worker/setup/processes/signal-process.ts';
import { findServerBinary, type ServerBinary } from '../../../worker/setup/temporal/server-binary.ts';

/** The server's program of this machine. `npm test` sets one up first, so that being without one is an error, no reason to skip. */
export async function binaryForTests(): Promise<ServerBinary> {
  const search = await findServerBinary(readConfig());
  if ('found' in search) return search.found;
  throw new Error('no Temporal server is set up on this machine; run `npx espalier setup`, or the tests by `npm test`');
}

/** Impatient, so that tests are quick. */
export const quickLimits: SupervisionLimits = {
  ...defaultSupervisionLimits,
  checkMs: 200,
  answerMs: 300,
  stillMs: 200,
  muteMs: 1_500,
  pausesMs: [0, 100, 200],
};

const folders: string[] = [];
const children: ChildProcess[] = [];
const homes: string[] = [];
const handles: { readonly stop: () => Promise<void> }[] = [];

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-server-'));
  folders.push(folder);
  return folder;
}

export function temporaryHome(): string {
  const home = path.join(temporaryFolder(), 'home');
  homes.push(home);
  return home;
}

/** What a test started in this process is stopped after it, also when the test fails. */
export function stopAfterTest<Handle extends { readonly stop: () => Promise<void> }>(handle: Handle): Handle {
  handles.push(handle);
  return handle;
}

/** Ends every process that tests of this file left, and removes their folders. */
export async function cleanUp(): Promise<void> {
  await Promise.all(handles.splice(0).map(handle => handle.stop()));
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const home of homes.splice(0)) {
    const state = readServerState(serverFolderOf(home));
    if (state === undefined) continue;
    signalProcess(state.supervisor, 'SIGKILL', 'group');
    signalProcess(state.server, 'SIGKILL', 'group');
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Bundles a program into the folder; returns its path. */
export async function bundle(source: string, folder: string): Promise<string> {
  const outfile = path.join(folder, `${path.basename(source, '.ts')}.mjs`);
  const entry = fileURLToPath(new URL(source, import.meta.url));
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  return outfile;
}

export interface Holder {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  /** The first line that begins so; waits for it. */
  readonly line: (start: string) => Promise<string>;
}

/** Starts holder.ts (bundled as `program`) in a process group of its own. */
export function startHolder(program: string, options: object): Holder {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', line => lines.push(line));
  const find = (start: string) => lines.find(line => line.startsWith(start));
  return { child, lines, line: start => eventually(() => find(start), 20_000) };
}

/** Asks until the answer is neither undefined nor false. */
export async function eventually<T>(
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs: number,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${ask.toString()}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

export async function answers(address: string): Promise<boolean> {
  return (await askServer({ address }, 1_000)).state === 'answers';
}

/** The server and the supervisor that the home's state file names now. */
export function stateOf(home: string): { server: ProcessMark; supervisor: ProcessMark; address: string } {
  return readServerState(serverFolderOf(home))!;
}

/** Local addresses, in hexadecimal as /proc/net has them, on which a process listens. Linux only. */
export function listeningAddresses(pid: number): string[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap(
      fd => /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [],
    ),
  );
  return ['tcp', 'tcp6'].flatMap(table =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map(line => line.trim().split(/\s+/))
      .filter(fields => fields[3] === '0A' && sockets.has(fields[9]!))
      .map(fields => fields[1]!.split(':')[0]!),
  );
}
