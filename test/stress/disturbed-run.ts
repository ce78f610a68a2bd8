/** A run to its end with faults on the way, the command started again whenever it is gone. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RandomStream, randomStream } from '../../schemas/random.ts';
import { type RunResult, type Started, start } from './command-line.ts';
import { failingEnvironment } from './failing-process.ts';
import { type FaultKind, type Victim, faults, slowFault } from './faults.ts';
import { findings } from './oracles.ts';
import type { StressStudy } from './studies.ts';

export interface Blow {
  readonly kind: FaultKind;
  readonly at: number;
}

export interface Ended {
  readonly result: RunResult;
  readonly blows: readonly Blow[];
}

/** Often enough that a resumed training is seen to be resumed. */
const environment = { ESPALIER_CHECKPOINT_SECONDS: '0.5' };

/** A command that has been started again so often will not end by itself. */
const mostStarts = 40;

function argumentsOf(home: string, study: StressStudy): string[] {
  const file = path.join(home, 'study.yaml');
  if (study.text !== undefined) writeFileSync(file, study.text);
  return ['run', ...(study.text === undefined ? [] : [file]), ...study.arguments, '--json'];
}

/** The run with nothing done to it. */
export async function undisturbed(home: string, study: StressStudy): Promise<RunResult> {
  const command = start(home, argumentsOf(home, study), { environment });
  const code = await command.ended;
  if (code !== 0) throw new Error(`the undisturbed run ended with ${code}: ${command.errors()}`);
  return resultOf(command);
}

function resultOf({ printed }: Started): RunResult {
  return JSON.parse(printed()) as RunResult;
}

export interface Disturbance {
  readonly seed: number;
  readonly kinds: readonly FaultKind[];
  readonly count: number;
  /** Mean seconds from one fault to the next. */
  readonly pause: number;
  readonly tell: (line: string) => void;
}

export async function disturbed(home: string, study: StressStudy, given: Disturbance): Promise<Ended> {
  const random = randomStream(given.seed, 'stress faults');
  const words = argumentsOf(home, study);
  const runner = keepRunning(home, words);
  const victim: Victim = { home, arguments: words, random, command: runner.command, isOver: runner.isOver };
  const begun = Date.now();
  const blows: Blow[] = [];
  for (const kind of schedule(random, given)) {
    await Promise.race([sleep(2000 * given.pause * random.uniform()), runner.ended]);
    if (runner.isOver()) break;
    const at = Date.now();
    if (!(await faults[kind](victim))) continue;
    blows.push({ kind, at });
    given.tell(`${((at - begun) / 1000).toFixed(1).padStart(6)} s  ${kind}`);
  }
  const result = await runner.ended;
  const isDamaged = blows.some(({ kind }) => kind === 'a damaged result');
  return { result: isDamaged ? await healed(home, words, result) : result, blows };
}

/** Damage that nothing read after it was done is found by reading everything, and mended by the same command again. */
async function healed(home: string, words: readonly string[], result: RunResult): Promise<RunResult> {
  const { wrongs } = await findings(home);
  return wrongs.length === 0 ? result : keepRunning(home, words).ended;
}

/** The slow one comes once in every fifth schedule. */
function schedule(random: RandomStream, { seed, kinds, count }: Disturbance): FaultKind[] {
  const quick = kinds.filter(kind => kind !== slowFault);
  const drawn = Array.from({ length: count }, () => quick[random.integer(quick.length)]!);
  if (seed % 5 === 0) drawn[random.integer(count)] = slowFault;
  return drawn;
}

/** Starts the command, and again until it ends with 0. */
function keepRunning(home: string, words: readonly string[]) {
  const begin = () => start(home, words, { environment: { ...environment, ...failingEnvironment(home) } });
  let current = begin();
  let over = false;
  const drive = async () => {
    for (let starts = 1; starts < mostStarts; starts++) {
      if ((await current.ended) === 0) return resultOf(current);
      current = begin();
    }
    throw new Error(`the command was started ${mostStarts} times and did not end with 0: ${current.errors()}`);
  };
  const ended = drive().finally(() => (over = true));
  // Awaited at the end; until then a failure must not end the process.
  ended.catch(() => undefined);
  return { ended, command: () => current, isOver: () => over };
}
