/** What is done to a run while it is on its way: each kind of death and disturbance, by name. */
import { chmodSync, closeSync, existsSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../../schemas/identity.ts';
import type { RandomStream } from '../../schemas/random.ts';
import { type Layout, layoutOf } from '../../store/folder/layout.ts';
import { packFolder } from '../../store/folder/packs/pack-folder.ts';
import { homeOf } from '../../worker/home.ts';
import { type Part, type Started, processesOf, start } from './command-line.ts';
import { breakDisk, setClock } from './failing-process.ts';
import { latestRun } from './oracles.ts';

/** A run under way, as faults see it. */
export interface Victim {
  readonly home: string;
  readonly arguments: readonly string[];
  readonly random: RandomStream;
  /** The command that drives the run now; another takes its place when it has ended. */
  readonly command: () => Started;
  readonly isOver: () => boolean;
}

/** Does it; false where there was nothing to do it to (yet, or any more). */
type Fault = (victim: Victim) => Promise<boolean>;

/** Longer than a lease (20 s), so that another may take it over. */
const stopSeconds = 23;

export const faults = {
  'kill -9 worker': signalTo('worker', 'SIGKILL'),
  'kill -9 compute process': signalTo('compute process', 'SIGKILL'),
  'kill -9 server': signalTo('server', 'SIGKILL'),
  'kill -9 supervisor': signalTo('supervisor', 'SIGKILL'),
  'a server that falls silent': signalTo('server', 'SIGSTOP'),
  'kill -9 command line': signalTo('command line', 'SIGKILL'),
  'SIGTERM to the command line': signalTo('command line', 'SIGTERM'),
  'a storm of SIGTERM to workers': async victim => {
    let done = false;
    for (let wave = 0; wave < 4; wave++) {
      done = (await signalTo('worker', 'SIGTERM')(victim)) || done;
      await sleep(250);
    }
    return done;
  },
  'a worker asleep for longer than its lease': async victim => {
    const pid = await findPart(victim, 'worker');
    if (pid === undefined || !trySignal(pid, 'SIGSTOP')) return false;
    await sleep(1000 * stopSeconds);
    trySignal(pid, 'SIGCONT');
    return true;
  },
  'two commands on one store': async victim => {
    const name = `second-${victim.random.integer(1e9)}`;
    const second = start(victim.home, victim.arguments, { name });
    // It either watches the same run to its end or is told to leave; both must end well.
    await Promise.race([second.ended, sleep(8000)]);
    if (second.child.exitCode === null) second.child.kill('SIGTERM');
    const code = await second.ended;
    if (code !== 0 && code !== 130) throw new Error(`the second command ended with ${code}: ${second.errors()}`);
    return true;
  },
  'a full disk': async ({ home, random }) => {
    const store = homeOf(home).store;
    const folder = path.join(store, 'temp');
    const ballast = path.join(folder, 'ballast');
    // There may be no store yet.
    if (!existsSync(folder) || !fill(ballast)) return false;
    await sleep(1000 * (1 + 3 * random.uniform()));
    rmSync(ballast, { force: true });
    return true;
  },
  'a broken disk under the worker': async victim => {
    const pids = await workerProcesses(victim);
    for (const pid of pids) breakDisk(victim.home, pid, true);
    await sleep(1000 * (1 + 2 * victim.random.uniform()));
    for (const pid of pids) breakDisk(victim.home, pid, false);
    return pids.length > 0;
  },
  'the clock of the worker jumps': async victim => {
    const hours = victim.random.uniform() < 0.5 ? -1 : 1;
    const pids = await workerProcesses(victim);
    for (const pid of pids) setClock(victim.home, pid, hours * 3_600_000);
    return pids.length > 0;
  },
  'a damaged result': async ({ home, random }) => {
    const latest = await latestRun(home);
    if (latest === undefined) return false;
    const { store, run, cells } = latest;
    for (let tries = 0; tries < 50; tries++) {
      const cell = cells[random.integer(cells.length)]!;
      const output = Object.values((await store.record(cell.key, run.run))?.outputs ?? {})[0];
      if (output === undefined) continue;
      flipBit(bytesOf(layoutOf(homeOf(home).store), output.digest), random);
      return true;
    }
    return false;
  },
} as const satisfies { readonly [kind: string]: Fault };

export type FaultKind = keyof typeof faults;

/** Needs a store on a disk of its own, which the driver makes where it may mount one. */
const diskFaults: ReadonlySet<FaultKind> = new Set(['a full disk']);

/** Takes so long that few schedules have it. */
export const slowFault: FaultKind = 'a worker asleep for longer than its lease';

/** The kinds that schedules are drawn from: those with one of the words in their names, where words are given. */
export function drawnKinds(ownDisk: boolean, words: readonly string[] = ['']): FaultKind[] {
  const kinds = (Object.keys(faults) as FaultKind[]).filter(kind => words.some(word => kind.includes(word)));
  if (kinds.length === 0) throw new Error(`no kind of fault is called so: ${words.join(', ')}`);
  return kinds.filter(kind => ownDisk || !diskFaults.has(kind));
}

/** Where the bytes of a blob lie on disk. */
function bytesOf(layout: Layout, digest: Digest): { file: string; from: number; to: number } {
  const packs = packFolder(layout.packs, () => undefined);
  packs.refresh();
  const place = packs.blob(digest);
  if (place === undefined) return { file: layout.blob(digest), from: 0, to: statSync(layout.blob(digest)).size };
  return { file: place.pack.file, from: place.offset, to: place.offset + place.length };
}

function flipBit({ file, from, to }: { file: string; from: number; to: number }, random: RandomStream): void {
  const at = from + random.integer(to - from);
  chmodSync(file, 0o644);
  const descriptor = openSync(file, 'r+');
  try {
    const byte = Buffer.alloc(1);
    readSync(descriptor, byte, 0, 1, at);
    byte[0]! ^= 0x10;
    writeSync(descriptor, byte, 0, 1, at);
  } finally {
    closeSync(descriptor);
  }
}

function signalTo(part: Part, signal: NodeJS.Signals): Fault {
  return async victim => {
    const pid = await findPart(victim, part);
    return pid !== undefined && trySignal(pid, signal);
  };
}

/** The worker and its compute processes. */
async function workerProcesses(victim: Victim): Promise<number[]> {
  await findPart(victim, 'worker');
  return processesOf(victim.home, victim.command().child.pid)
    .filter(({ part }) => part === 'worker' || part === 'compute process')
    .map(({ pid }) => pid);
}

/** It may be that there is none at the moment (a server that is being started again). */
async function findPart({ home, command, isOver }: Victim, part: Part): Promise<number | undefined> {
  for (let tries = 0; tries < 50 && !isOver(); tries++) {
    const found = processesOf(home, command().child.pid).find(each => each.part === part);
    if (found !== undefined) return found.pid;
    await sleep(100);
  }
  return undefined;
}

function trySignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
    return false;
  }
}

/** Writes until there is no room; false where the disk is too large to be filled. */
function fill(file: string): boolean {
  const piece = Buffer.alloc(2 ** 20);
  const handle = openSync(file, 'w');
  try {
    for (let written = 0; written < 2048; written++) writeSync(handle, piece);
  } catch {
    return true;
  } finally {
    closeSync(handle);
  }
  rmSync(file, { force: true });
  return false;
}
