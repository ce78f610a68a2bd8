/** What belongs to a cell while somebody is at it, as files in `work/KEY/`. */
import { rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { failedAttemptSchema } from '../../schemas/cell-record.ts';
import type { CellKey } from '../../schemas/identity.ts';
import type { WorkStore } from '../store.ts';
import { checkpointFiles } from './checkpoint-files.ts';
import { makeFolder } from './directory-sync.ts';
import { removeIfThere } from './durable-file.ts';
import type { FolderContext } from './folder-context.ts';
import type { FolderLeases } from './folder-leases.ts';
import { appendLines, parseLine, readLines } from './line-file.ts';
import { systemCode, writing, writingNow } from './write-error.ts';

export function folderWork(context: FolderContext, leases: FolderLeases): WorkStore {
  const { layout, trash } = context;
  const checkpoints = checkpointFiles(layout.temporary);
  const attemptsFile = (key: CellKey) => path.join(layout.work(key), 'attempts.ndjson');
  const filesFolder = (key: CellKey) => path.join(layout.work(key), 'files');
  const takeBack = (key: CellKey) => trash.restoreFolder(layout.work(key));
  return {
    acquireLease: async (key, owner, seconds) => {
      await takeBack(key);
      return leases.acquire(key, owner, seconds);
    },
    attempts: async key => {
      await takeBack(key);
      const { lines } = await readLines(attemptsFile(key), 0);
      return lines.flatMap(line => failedAttemptSchema.safeParse(parseLine(line)).data ?? []);
    },
    addAttempt: async (key, attempt, fence) => {
      if (fence !== undefined) leases.check(key, fence);
      await makeFolder(layout.work(key));
      await appendLines(attemptsFile(key), [attempt]);
    },
    saveCheckpoint: async (key, bytes, fence) => {
      if (fence === undefined) await makeFolder(layout.work(key));
      else leases.check(key, fence);
      await checkpoints.save(layout.work(key), bytes, {
        number: fence?.number ?? 0,
        // Writing took its time, in which the lease may have been lost.
        mayPlace: () => fence === undefined || leases.check(key, fence),
      });
    },
    checkpoint: async key => {
      await takeBack(key);
      return checkpoints.newest(layout.work(key));
    },
    checkpointTime: async key => checkpoints.newestTime(layout.work(key)),
    workFolder: async key => {
      await takeBack(key);
      const folder = filesFolder(key);
      await makeFolder(folder);
      return folder;
    },
    clearWork: async (key, fence) => {
      if (fence !== undefined) leases.check(key, fence);
      await writing(filesFolder(key), () => rm(filesFolder(key), { recursive: true, force: true }));
      leases.clear(key);
      writingNow(layout.work(key), () => {
        removeIfThere(attemptsFile(key));
        checkpoints.removeUpTo(layout.work(key), fence?.number);
        removeIfEmpty(layout.work(key));
      });
    },
  };
}

/** Somebody else's lease may be in it, or somebody else has just removed it. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
}
