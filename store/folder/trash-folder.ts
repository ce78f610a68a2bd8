/**
 * `trash/TIME/…`: what was thrown away, each file at the path that it had in the store. Whoever looks for a file that is
 * not in its place asks here, and it is linked back: throwing away never has to be right about what others are doing.
 */
import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { syncDirectory } from './directory-sync.ts';
import { removeIfThere } from './durable-file.ts';
import type { Layout } from './layout.ts';
import { systemCode, writingNow } from './write-error.ts';

export interface TrashFolder {
  /** Puts a file of the store back into its place; false where it is neither here nor there. */
  readonly restore: (file: string) => Promise<boolean>;
  readonly has: (file: string) => boolean;
  /** The same for a folder that was thrown away whole, unless there is a new one in its place. */
  readonly restoreFolder: (folder: string) => Promise<void>;
  /** Folders of what was thrown away together, oldest first, by name: milliseconds since 1970. */
  readonly batches: () => string[];
}

export function trashFolder({ root, trash }: Pick<Layout, 'root' | 'trash'>): TrashFolder {
  const batches = () => (existsSync(trash) ? readdirSync(trash) : []).filter(name => /^\d+$/.test(name)).sort(byTime);
  const find = (file: string) =>
    batches()
      .map(batch => path.join(trash, batch, path.relative(root, file)))
      .findLast(each => existsSync(each));
  return {
    batches,
    has: file => find(file) !== undefined,
    restoreFolder: async folder => {
      const thrown = existsSync(folder) ? undefined : find(folder);
      if (thrown === undefined) return;
      touch(thrown);
      writingNow(folder, () => moveBack(thrown, folder));
      await syncDirectory(path.dirname(folder));
    },
    restore: async file => {
      // Again where it is thrown away again at that moment: whoever looks has it back.
      for (let thrown = find(file); thrown !== undefined; thrown = find(file)) {
        touch(thrown);
        writingNow(file, () => linkBack(thrown, file));
        await syncDirectory(path.dirname(file));
        // Only now: a file has one name that is durable at every moment.
        removeIfThere(thrown);
        if (existsSync(file)) return true;
      }
      // Another may have been faster, where anything was ever thrown away.
      return existsSync(trash) && existsSync(file);
    },
  };
}

/** Says that a file is needed now, so that a collection under way leaves it; best effort where it is somebody else's. */
export function touch(file: string): void {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch (error) {
    if (!['ENOENT', 'EPERM', 'EACCES', 'EROFS'].includes(systemCode(error) ?? '')) throw error;
  }
}

function linkBack(thrown: string, file: string): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    linkSync(thrown, file);
  } catch (error) {
    // What has been made anew stays, and what another has put back is there.
    const code = systemCode(error);
    if (code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
}

function moveBack(thrown: string, folder: string): void {
  try {
    renameSync(thrown, folder);
  } catch (error) {
    // Another was faster, or has begun anew.
    const code = systemCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

function byTime(a: string, b: string): number {
  return Number(a) - Number(b);
}
