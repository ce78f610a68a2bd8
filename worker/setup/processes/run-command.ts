/** Runs one command to its end: in a process group of its own, within a time limit, every line heard and logged. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { ProcessMark } from '../../../schemas/process-mark.ts';
import { findProcess } from '../../../store/process-life.ts';
import { signalProcess } from './signal-process.ts';

export interface Command {
  /** Looked up on PATH unless it is a path. */
  readonly command: string;
  readonly args: readonly string[];
  readonly folder?: string;
  /** Added to this process's own environment; undefined takes a variable out. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly timeLimitSeconds?: number;
  readonly signal?: AbortSignal | undefined;
  /** File to which the command line and all that is printed are appended. */
  readonly log?: string;
  readonly onLine?: (line: string) => void;
  /** Called at once when it runs; the process leads its own group. */
  readonly onStart?: (identity: ProcessMark) => void;
}

export type CommandResult =
  | { readonly state: 'ended'; readonly code: number; readonly lines: readonly string[] }
  | { readonly state: 'killed'; readonly signal: string; readonly lines: readonly string[] }
  | { readonly state: 'timed-out'; readonly seconds: number; readonly lines: readonly string[] }
  | { readonly state: 'missing'; readonly lines: readonly string[] };

/** `lines` holds at most this many: the last that were printed, of both streams as they came. */
const linesKept = 200;
/** Between asking a group to end and killing it. */
const graceMs = 2_000;

/** Throws the signal's reason when called off, after the whole group has ended; every other end is a result. */
export async function runCommand(command: Command): Promise<CommandResult> {
  command.signal?.throwIfAborted();
  const log = command.log === undefined ? undefined : createWriteStream(command.log, { flags: 'a' });
  try {
    log?.write(`$ ${[command.command, ...command.args].join(' ')}\n`);
    const result = await runToEnd(command, log);
    log?.write(`# ${describeResult(result)}\n`);
    return result;
  } catch (error) {
    log?.write(`# ${error instanceof Error ? error.message : String(error)}\n`);
    throw error;
  } finally {
    if (log !== undefined) await new Promise<void>(resolve => log.end(resolve));
  }
}

/** `exit 1`, `killed by SIGKILL`, `not there`, `not done after 600 s`. */
export function describeResult(result: CommandResult): string {
  if (result.state === 'ended') return `exit ${result.code}`;
  if (result.state === 'killed') return `killed by ${result.signal}`;
  if (result.state === 'timed-out') return `not done after ${result.seconds} s`;
  result.state satisfies 'missing';
  return 'not there';
}

export function succeeded(result: CommandResult): boolean {
  return result.state === 'ended' && result.code === 0;
}

async function runToEnd(command: Command, log: WriteStream | undefined): Promise<CommandResult> {
  const child = startChild(command);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) throw new Error('internal: a command was started without pipes');
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', line => {
      lines.push(line);
      if (lines.length > linesKept) lines.shift();
      log?.write(`${line}\n`);
      command.onLine?.(line);
    });
  }
  const ending = endGroupOn(child, command);
  try {
    const end = await closed(child);
    command.signal?.throwIfAborted();
    if (ending.timedOut()) return { state: 'timed-out', seconds: command.timeLimitSeconds ?? 0, lines };
    return end.state === 'missing' ? { ...end, lines } : resultOf(end, command, lines);
  } finally {
    ending.clear();
  }
}

function startChild({ command, args, folder, environment }: Command): ChildProcess {
  // env(1) adds to the environment and then becomes the command, so the process number stays the same one.
  const [file, rest] =
    environment === undefined ? [command, args] : ['/usr/bin/env', [...assignments(environment), command, ...args]];
  return spawn(file, rest, {
    ...(folder === undefined ? {} : { cwd: folder }),
    // A group of its own: Ctrl-C reaches this process, which then decides, and all descendants can be ended at once.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function assignments(environment: Readonly<Record<string, string | undefined>>): string[] {
  const entries = Object.entries(environment);
  return [
    ...entries.flatMap(([name, value]) => (value === undefined ? ['-u', name] : [])),
    ...entries.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])),
  ];
}

type End = { readonly state: 'missing' } | { readonly state: 'closed'; code: number | null; signal: string | null };

function closed(child: ChildProcess): Promise<End> {
  return new Promise((resolve, reject) => {
    child.once('error', error => {
      if ('code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')) resolve({ state: 'missing' });
      else reject(error);
    });
    child.once('close', (code, signal) => resolve({ state: 'closed', code, signal }));
  });
}

function resultOf(end: Extract<End, { state: 'closed' }>, command: Command, lines: readonly string[]): CommandResult {
  if (end.code === null) return { state: 'killed', signal: end.signal ?? 'an unknown signal', lines };
  // What env(1) and sh(1) answer when they find no such command.
  if (end.code === 127 && command.environment !== undefined) return { state: 'missing', lines };
  return { state: 'ended', code: end.code, lines };
}

interface GroupEnding {
  readonly timedOut: () => boolean;
  readonly clear: () => void;
}

/** Ends the child's group when the signal aborts or the time is over: asked first, then killed. */
function endGroupOn(child: ChildProcess, { signal, timeLimitSeconds, onStart }: Command): GroupEnding {
  const identity = child.pid === undefined ? undefined : findProcess(child.pid);
  if (identity !== undefined) onStart?.(identity);
  let timedOut = false;
  let kill: NodeJS.Timeout | undefined;
  const end = () => {
    if (identity === undefined) return;
    signalProcess(identity, 'SIGTERM', 'group');
    kill = setTimeout(() => killGroup(identity.pid), graceMs);
  };
  const limit =
    timeLimitSeconds === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          end();
        }, timeLimitSeconds * 1000);
  signal?.addEventListener('abort', end);
  return {
    timedOut: () => timedOut,
    clear: () => {
      clearTimeout(limit);
      clearTimeout(kill);
      signal?.removeEventListener('abort', end);
    },
  };
}

/** The leader may be gone by now while others of the group hold its pipes open; the number is theirs as long as they live. */
function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
