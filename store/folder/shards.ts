/**
 * The 256 folders that blobs, records and content keys are spread over, by the first two digits of their names. They
 * are made sixteen at a time, when the first of these is needed: making one costs a flush of the folder above it, and
 * making all of them at once would cost every new store half a second.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type EnsureFolder, makeFolder, syncDirectory } from './directory-sync.ts';
import { writingNow } from './write-error.ts';

const digits = '0123456789abcdef';

/** An `EnsureFolder` for shards: paths that end in a folder of two digits. */
export function shardMaker(): EnsureFolder {
  const made = new Set<string>();
  return async shard => {
    const group = shard.slice(0, -1);
    if (made.has(group)) return;
    await makeGroup(group);
    made.add(group);
  };
}

async function makeGroup(group: string): Promise<void> {
  const parent = path.dirname(group);
  await makeFolder(parent);
  for (const digit of digits) {
    const shard = group + digit;
    writingNow(shard, () => mkdirSync(shard, { recursive: true }));
  }
  await syncDirectory(parent);
}
