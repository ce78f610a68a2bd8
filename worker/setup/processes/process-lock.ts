/**
 * A lock among processes, for the folder it lies in. It survives kill -9 of its holder: a dead holder's lock is taken
 * over at once, one whose holder runs on another machine after it has been silent for some seconds.
 *
 * The lock is a series of files `<lock>.1`, `<lock>.2`, …; the highest one says who holds it, or that it is free. It is
 * taken by creating the next one, which only one process can do, and never by deleting: two processes that both see a
 * dead holder cannot both win, as they could if the first thing they did were to delete its file.
 */
import { mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type ProcessMark, processMarkSchema } from '../../../schemas/process-mark.ts';
import { markProcess, processState } from '../../../store/process-life.ts';

const timings = {
  /** Between two looks at a lock that somebody holds. */
  pollMs: 100,
  /** Between two signs of life of a holder. */
  heartbeatMs: 1_000,
  /** How long a holder that nobody here can ask may give no sign of life. */
  silenceMs: 15_000,
};

type LockTimings = typeof timings;

export interface ProcessLock {
  readonly release: () => Promise<void>;
  /** Aborts when another process has taken the lock over, having taken this one for dead (it was suspended, say). */
  readonly lost: AbortSignal;
}

export interface LockOptions {
  /** Called once for each holder that is waited for. */
  readonly onWaiting?: (holder: ProcessMark | undefined) => void;
  readonly signal?: AbortSignal | undefined;
  readonly timings?: Partial<LockTimings>;
}

/** Waits until this process holds the lock `file`. Throws the signal's reason when it is called off before. */
export async function acquireLock(file: string, options: LockOptions = {}): Promise<ProcessLock> {
  const lockTimings = { ...timings, ...options.timings };
  await mkdir(path.dirname(file), { recursive: true });
  const watch: SilenceWatch = { sign: '', since: 0 };
  let waitingFor: number | undefined;
  for (;;) {
    options.signal?.throwIfAborted();
    const top = await highestGeneration(file);
    const taken = await isTaken(top, watch, lockTimings.silenceMs);
    if (!taken && (await claim(file, top.generation + 1))) {
      return heldLock(file, top.generation + 1, lockTimings);
    }
    if (taken && waitingFor !== top.generation) {
      waitingFor = top.generation;
      options.onWaiting?.(top.holder);
    }
    // An abort in between is seen, with its reason, at the top of the loop.
    await delay(taken ? lockTimings.pollMs : 0, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

/** Who holds the lock now, as far as can be told without waiting; undefined when it is free or its holder is dead. */
export async function lockHolder(file: string): Promise<ProcessMark | undefined> {
  const { holder } = await highestGeneration(file);
  return holder !== undefined && processState(holder) !== 'dead' ? holder : undefined;
}

const contentSchema = z.union([z.object({ holder: processMarkSchema }), z.object({ free: z.literal(true) })]);

interface Generation {
  /** 0 when nobody ever took the lock. */
  readonly generation: number;
  readonly state: 'free' | 'held' | 'unreadable';
  readonly holder?: ProcessMark;
  /** Changes whenever the holder gives a sign of life. */
  readonly sign: string;
}

async function highestGeneration(file: string): Promise<Generation> {
  const generation = Math.max(0, ...(await generations(file)));
  if (generation === 0) return { generation, state: 'free', sign: '' };
  const name = `${file}.${generation}`;
  const [text, status] = await Promise.all([readFile(name, 'utf8'), stat(name)]).catch((error: unknown) => {
    // A successor removed it since the folder was listed: look again.
    if (isMissing(error)) return [undefined, undefined];
    throw error;
  });
  if (text === undefined || status === undefined) return highestGeneration(file);
  const sign = `${generation} ${status.mtimeMs} ${status.size}`;
  const content = parseContent(text);
  // Half-written, by a process that is at it or was killed there: nobody can be asked, so silence decides.
  if (content === undefined) return { generation, state: 'unreadable', sign };
  return 'free' in content ? { generation, state: 'free', sign } : { generation, state: 'held', sign, ...content };
}

function parseContent(text: string): z.infer<typeof contentSchema> | undefined {
  try {
    return contentSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

interface SilenceWatch {
  sign: string;
  since: number;
}

async function isTaken(top: Generation, watch: SilenceWatch, silenceMs: number): Promise<boolean> {
  if (top.state === 'free') return false;
  const state = top.holder === undefined ? 'elsewhere' : processState(top.holder);
  if (state !== 'elsewhere') return state === 'alive';
  // By this process's own clock: those of two machines may differ.
  const now = performance.now();
  if (watch.sign !== top.sign) {
    watch.sign = top.sign;
    watch.since = now;
  }
  return now - watch.since < silenceMs;
}

async function claim(file: string, generation: number): Promise<boolean> {
  try {
    await writeFile(`${file}.${generation}`, JSON.stringify({ holder: markProcess() }), { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  const all = await generations(file);
  // Somebody was faster by more than one step, and removed the file that this one would have collided with.
  if (Math.max(...all) !== generation) {
    await rm(`${file}.${generation}`, { force: true });
    return false;
  }
  const older = all.filter(each => each < generation);
  await Promise.all(older.map(each => rm(`${file}.${each}`, { force: true })));
  return true;
}

function heldLock(file: string, generation: number, lockTimings: LockTimings): ProcessLock {
  const lost = new AbortController();
  const name = `${file}.${generation}`;
  const beat = async () => {
    if (Math.max(0, ...(await generations(file))) !== generation) lost.abort(new LockLostError(file));
    else await utimes(name, new Date(), new Date());
  };
  const heartbeat = setInterval(() => {
    // A disk that fails now and then must not end the holder; one that fails for good makes it look dead, and is seen.
    beat().catch(() => undefined);
  }, lockTimings.heartbeatMs);
  heartbeat.unref();
  return {
    lost: lost.signal,
    release: async () => {
      clearInterval(heartbeat);
      if (!lost.signal.aborted) await markFree(name);
    },
  };
}

async function markFree(name: string): Promise<void> {
  try {
    await truncate(name);
    await writeFile(name, JSON.stringify({ free: true }), { flag: 'r+' });
  } catch (error) {
    // A successor removed it: the lock was lost, and is not this process's to free.
    if (!isMissing(error)) throw error;
  }
}

/** The holder was taken for dead, and another process holds the lock now. */
class LockLostError extends Error {
  override readonly name = 'LockLostError';
  constructor(file: string) {
    super(`${file}: another process took this lock over, having seen no sign of life of this one (was it suspended?)`);
  }
}

async function generations(file: string): Promise<number[]> {
  const prefix = `${path.basename(file)}.`;
  const names = await readdir(path.dirname(file)).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return names
    .filter(name => name.startsWith(prefix) && /^[1-9]\d*$/.test(name.slice(prefix.length)))
    .map(name => Number(name.slice(prefix.length)));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
