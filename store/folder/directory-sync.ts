/** Makes names in a directory durable, once for all who ask at the same time (group commit). */
import { closeSync, fsync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type SharedRounds, sharedRounds } from './shared-rounds.ts';
import { writing, writingNow } from './write-error.ts';

const flush = promisify(fsync);

const rounds = new Map<string, SharedRounds>();

/** Resolves once every name linked into, renamed in or removed from the directory before the call is durable. */
export function syncDirectory(directory: string): Promise<void> {
  let shared = rounds.get(directory);
  if (shared === undefined) {
    shared = sharedRounds(
      () => syncOnce(directory),
      () => rounds.delete(directory),
    );
    rounds.set(directory, shared);
  }
  return shared.join();
}

async function syncOnce(directory: string): Promise<void> {
  await writing(directory, async () => {
    const descriptor = openSync(directory, 'r');
    try {
      await flush(descriptor);
    } finally {
      closeSync(descriptor);
    }
  });
}

/** Makes folders. */
export type EnsureFolder = (folder: string) => Promise<void>;

/**
 * An `EnsureFolder` that makes a folder and its missing parents, durable under their parents, and remembers them, so
 * that asking again costs nothing. Not for folders that are removed again.
 */
export function folderMaker(): EnsureFolder {
  const made = new Set<string>();
  return async folder => {
    if (made.has(folder)) return;
    await makeFolder(folder);
    made.add(folder);
  };
}

/** Makes a folder and its missing parents, durable under their parents. */
export async function makeFolder(folder: string): Promise<void> {
  const first = writingNow(folder, () => mkdirSync(folder, { recursive: true })) ?? folder;
  // Down to the topmost folder that was missing. One that was there may be another process's of a moment ago, whose
  // name is not durable yet.
  for (let each = folder; each.length >= first.length; each = path.dirname(each)) {
    await syncDirectory(path.dirname(each));
  }
}
