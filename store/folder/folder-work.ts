/** What belongs to a cell while somebody is at it, as files in `work/KEY/`. */
import { rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { failedAttemptSchema } from '../../schemas/cell-record.ts';
import type { CellKey } from '../../schemas/identity.ts';
import type { WorkStore } from '../store.ts';
import { makeFolder } from './directory-sync.ts';
import { removeIfThere, replaceFile } from './durable-file.ts';
import type { FolderContext } from './folder-context.ts';
import { folderLeases } from './folder-leases.ts';
import { appendLines, parseLine, readLines } from './line-file.ts';
import { readIfThere } from './read-bytes.ts';
import { systemCode, writing, writingNow } from './write-error.ts';

export function folderWork(context: FolderContext): WorkStore {
  const { layout } = context;
  const leases = folderLeases(context);
  const attemptsFile = (key: CellKey) => path.join(layout.work(key), 'attempts.ndjson');
  const checkpointFile = (key: CellKey) => path.join(layout.work(key), 'checkpoint');
  const filesFolder = (key: CellKey) => path.join(layout.work(key), 'files');
  return {
    acquireLease: async (key, owner, seconds) => leases.acquire(key, owner, seconds),
    attempts: async key => {
      const { lines } = await readLines(attemptsFile(key), 0);
      return lines.flatMap(line => failedAttemptSchema.safeParse(parseLine(line)).data ?? []);
    },
    addAttempt: async (key, attempt) => {
      await makeFolder(layout.work(key));
      await appendLines(attemptsFile(key), [attempt]);
    },
    saveCheckpoint: async (key, bytes) => {
      await makeFolder(layout.work(key));
      await replaceFile(layout.temporary, checkpointFile(key), bytes);
    },
    checkpoint: key => readIfThere(checkpointFile(key)),
    workFolder: async key => {
      const folder = filesFolder(key);
      await makeFolder(folder);
      return folder;
    },
    clearWork: async key => {
      await writing(filesFolder(key), () => rm(filesFolder(key), { recursive: true, force: true }));
      leases.clear(key);
      writingNow(layout.work(key), () => {
        removeIfThere(attemptsFile(key));
        removeIfThere(checkpointFile(key));
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
