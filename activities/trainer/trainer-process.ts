/** The process of an external trainer: started in a group of its own, listened to, stopped, and ended with all of its group. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { ProcessMark } from '../../schemas/process-mark.ts';
import { type TrainerLine, trainerLineSchema } from '../../schemas/trainer-contract.ts';
import { endGroup, signalGroup } from '../../store/process-group.ts';
import { markProcess } from '../../store/process-life.ts';
import { CellFailure } from '../cell-failure.ts';
import { memoryKills } from '../memory-kills.ts';
import type { TrainerEnd } from './trainer-failure.ts';

export interface TrainerProcess {
  readonly command: readonly string[];
  readonly folder: string;
  /** Its whole environment. */
  readonly variables: { readonly [name: string]: string };
  /** Aborted when it should stop. */
  readonly signal: AbortSignal;
  /** Seconds after which it is stopped. */
  readonly seconds: number;
  /** Between the request to stop and the kill. */
  readonly graceMilliseconds: number;
  readonly onStart: (leader: ProcessMark) => void;
  /** A line of its output that is part of the contract. */
  readonly onReport: (report: TrainerLine) => void;
  /** Every line it prints. */
  readonly onLine: (line: string) => void;
}

/** Lines of stderr kept to explain its end. */
const keptLines = 400;
/** After the group's end, its last output is waited for so long. */
const outputMilliseconds = 2000;
/** What a leader left behind is given less time than the leader had. */
const leftoverMilliseconds = 1000;

/**
 * Runs a trainer to its end. Resolves with how it ended by itself; a `CellFailure` where it could not be started, was
 * told to stop (`preempted`), ran over its time (`user`) or reported a loss that is not finite (`diverged`).
 */
export async function runTrainer(trainer: TrainerProcess): Promise<TrainerEnd> {
  const killsBefore = memoryKills();
  const child = startGroup(trainer);
  const { pid } = child;
  const over = endOf(child);
  if (pid === undefined) throw notStarted(trainer, await over);
  const leader = markProcess(pid);
  const killAll = () => signalGroup(pid, 'SIGKILL');
  // Whoever ends this process in good order ends the trainer with it; one that is killed leaves it to its successor.
  process.on('exit', killAll);
  const stopping = stopper(trainer, leader);
  const stderr: string[] = [];
  const output = listen(child, trainer, { stderr, stop: stopping.stop });
  try {
    trainer.onStart(leader);
    const end = await over;
    await endGroup(leader, leftoverMilliseconds);
    await Promise.race([output, pause(outputMilliseconds)]);
    if (end.error !== undefined) throw end.error;
    const reason = stopping.reason();
    if (reason !== undefined) throw reason;
    return { code: end.code, signal: end.signal, stderr, memoryKilled: memoryKills() > killsBefore };
  } finally {
    await stopping.end();
    await endGroup(leader, 0);
    process.off('exit', killAll);
  }
}

function startGroup({ command, folder, variables }: TrainerProcess): ChildProcess {
  const [program = '', ...words] = command;
  // Its standard input stays open while this process lives: a trainer can tell by its end that nobody waits any more.
  return spawn(program, words, { cwd: folder, env: { ...variables }, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
}

interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: Error;
}

function endOf(child: ChildProcess): Promise<ChildEnd> {
  child.stdin?.on('error', () => undefined);
  return new Promise(resolve => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', error => resolve({ code: null, signal: null, error }));
  });
}

function notStarted({ command }: TrainerProcess, { error }: ChildEnd): CellFailure {
  const code = error !== undefined && 'code' in error ? error.code : undefined;
  const [program = ''] = command;
  if (code === 'ENOENT')
    return new CellFailure(
      'user',
      `there is no program \`${program}\` where this worker looks (PATH); install it, or give its whole path`,
    );
  if (code === 'EACCES')
    return new CellFailure('user', `\`${program}\` is no program: make it executable, or name its interpreter first`);
  return new CellFailure(
    'infrastructure',
    `\`${program}\` could not be started: ${error?.message ?? 'no reason given'}`,
  );
}

interface Stopper {
  readonly stop: (reason: CellFailure) => void;
  readonly reason: () => CellFailure | undefined;
  readonly end: () => Promise<void>;
}

/** Stops the group once, for the first of several reasons. */
function stopper({ signal, seconds, graceMilliseconds }: TrainerProcess, leader: ProcessMark): Stopper {
  let reason: CellFailure | undefined;
  let ending: Promise<unknown> = Promise.resolve();
  const stop = (why: CellFailure) => {
    if (reason !== undefined) return;
    reason = why;
    ending = endGroup(leader, graceMilliseconds);
    ending.catch(() => undefined);
  };
  const abort = () => stop(new CellFailure('preempted', 'it was told to stop'));
  const overtime = () => stop(new CellFailure('user', `it ran over its time limit of ${seconds} s`));
  const timer = setTimeout(overtime, Math.min(seconds * 1000, 2 ** 31 - 1));
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return {
    stop,
    reason: () => reason,
    end: async () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      await ending;
    },
  };
}

interface Listening {
  readonly stderr: string[];
  readonly stop: (reason: CellFailure) => void;
}

/** Resolves when both streams have ended. */
async function listen(child: ChildProcess, trainer: TrainerProcess, { stderr, stop }: Listening): Promise<void> {
  const onOutput = (line: string) => {
    trainer.onLine(line);
    if (!line.startsWith('{')) return;
    if (badLoss.test(line)) stop(new CellFailure('diverged', `its loss is not finite: ${line.slice(0, 200)}`));
    const report = parseLine(line);
    if (report !== undefined) trainer.onReport(report);
  };
  const onError = (line: string) => {
    trainer.onLine(line);
    stderr.push(line);
    if (stderr.length > keptLines) stderr.shift();
  };
  await Promise.all([eachLine(child.stdout, onOutput), eachLine(child.stderr, onError)]);
}

/** JSON has no such numbers; programs write them all the same. */
const badLoss = /"loss"\s*:\s*(NaN|-?Infinity)/;

function parseLine(line: string): TrainerLine | undefined {
  try {
    return trainerLineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    // Any other output.
    return undefined;
  }
}

async function eachLine(stream: NodeJS.ReadableStream | null, take: (line: string) => void): Promise<void> {
  if (stream === null) return;
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) take(line);
}
