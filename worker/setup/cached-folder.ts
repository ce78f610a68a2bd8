/**
 * A folder of the per-user cache that is made once and then only read. It is there whole or not at all: made under
 * another name and renamed; made by one process while others wait and see its progress; and what a killed maker left,
 * child processes included, is cleared away by the next.
 */
import { appendFileSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { type ProcessMark, processMarkSchema } from '../../schemas/process-mark.ts';
import { signalProcess } from './processes/signal-process.ts';
import { acquireLock, type ProcessLock } from './processes/process-lock.ts';
import { type Command, type CommandResult, runCommand } from './processes/run-command.ts';
import { followJournal, writeJournal } from './progress-journal.ts';
import type { SetupOptions } from './progress.ts';

export interface CachedFolder {
  /** `<cache>/temporal/1.8.2-linux-x64`; its lock, log and journal lie beside it. */
  readonly folder: string;
  readonly topic: string;
  /** Files without which it is of no use, relative to it: it counts as there when these have the size they were made with. */
  readonly keyFiles: readonly string[];
  /** Fills `job.partial` or throws. */
  readonly make: (job: CachedFolderJob) => Promise<void>;
}

export interface CachedFolderJob {
  /** Where to make it; on the same disk as the folder. */
  readonly partial: string;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
  /** Runs a command; its output goes to the log, and should this process be killed, the next maker ends it. */
  readonly run: (command: Omit<Command, 'signal' | 'log' | 'onStart'>) => Promise<CommandResult>;
}

/** The log of the last making of a folder. */
export function cacheLog(folder: string): string {
  return `${folder}.log`;
}

/**
 * Makes the folder unless it is there. Throws what `make` throws, or the signal's reason; either way nothing half-made
 * is left.
 */
export async function haveCachedFolder(cached: CachedFolder, { progress, signal }: SetupOptions): Promise<void> {
  const { folder } = cached;
  if (await isComplete(folder)) return;
  const lock = await lockFollowing(cached, { progress, signal });
  try {
    if (await isComplete(folder)) return;
    await clearRemains(folder);
    const signals = signal === undefined ? [lock.lost] : [signal, lock.lost];
    await makeFolder(cached, { progress, signal: AbortSignal.any(signals) });
  } finally {
    await lock.release();
  }
}

/** Waits for the folder's lock, telling the progress of whoever holds it. */
async function lockFollowing(
  { folder, topic }: CachedFolder,
  { progress, signal }: SetupOptions,
): Promise<ProcessLock> {
  let unfollow: (() => Promise<void>) | undefined;
  const onWaiting = (holder: ProcessMark | undefined) => {
    const who = holder === undefined ? 'another process' : `process ${holder.pid}`;
    progress({ topic, text: `waiting for ${who}, which is at it` });
    unfollow ??= followJournal(journal(folder), progress);
  };
  try {
    return await acquireLock(`${folder}.lock`, { signal, onWaiting });
  } finally {
    await unfollow?.();
  }
}

/** Whether the folder is there with all its key files. */
export async function isComplete(folder: string): Promise<boolean> {
  const sizes = parseSizes(await readFile(path.join(folder, sizesFile), 'utf8').catch(() => ''));
  if (sizes === undefined) return false;
  const checks = Object.entries(sizes).map(async ([name, bytes]) => {
    const status = await stat(path.join(folder, name)).catch(() => undefined);
    return status?.size === bytes;
  });
  return (await Promise.all(checks)).every(Boolean);
}

/** Sizes of the key files, written last. */
const sizesFile = 'key-files.json';
const sizesSchema = z.record(z.string(), z.number());

function parseSizes(text: string): z.infer<typeof sizesSchema> | undefined {
  try {
    return sizesSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const journal = (folder: string) => `${folder}.progress`;
const childrenSuffix = '.children';

async function makeFolder(cached: CachedFolder, options: { progress: SetupOptions['progress']; signal: AbortSignal }) {
  const { folder, topic } = cached;
  const { signal } = options;
  const partial = `${folder}.partial-${process.pid}`;
  const progress = writeJournal(journal(folder), options.progress);
  await writeFile(cacheLog(folder), '');
  await mkdir(partial);
  try {
    const say = (text: string) => progress({ topic, text });
    const run: CachedFolderJob['run'] = command =>
      runCommand({
        ...command,
        signal,
        log: cacheLog(folder),
        onStart: identity => appendFileSync(`${partial}${childrenSuffix}`, `${JSON.stringify(identity)}\n`),
      });
    await cached.make({ partial, signal, say, run });
    await writeSizes(partial, cached.keyFiles);
    signal.throwIfAborted();
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
    await rm(`${partial}${childrenSuffix}`, { force: true });
  }
}

async function writeSizes(partial: string, keyFiles: readonly string[]): Promise<void> {
  const sizes = keyFiles.map(async name => {
    const file = await open(path.join(partial, name), 'r');
    try {
      // After a power cut the renamed folder must not hold files whose bytes never reached the disk.
      await file.sync();
      return [name, (await file.stat()).size] as const;
    } finally {
      await file.close();
    }
  });
  await writeFile(path.join(partial, sizesFile), JSON.stringify(Object.fromEntries(await Promise.all(sizes))));
}

/** Called under the lock: whoever made what lies there is dead, or has lost the lock. */
async function clearRemains(folder: string): Promise<void> {
  const names = await readdir(path.dirname(folder));
  const remains = names.filter(name => name.startsWith(`${path.basename(folder)}.partial-`));
  for (const name of remains.filter(each => each.endsWith(childrenSuffix))) {
    const text = await readFile(path.join(path.dirname(folder), name), 'utf8');
    for (const line of text.split('\n').slice(0, -1)) {
      signalProcess(processMarkSchema.parse(JSON.parse(line)), 'SIGKILL', 'group');
    }
  }
  // Also a folder that lost a key file: it is made anew.
  const gone = [folder, ...remains.map(name => path.join(path.dirname(folder), name))];
  await Promise.all(gone.map(each => rm(each, { recursive: true, force: true, maxRetries: 5 })));
}
