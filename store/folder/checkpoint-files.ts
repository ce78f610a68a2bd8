/**
 * Checkpoints of a cell under way: `checkpoint-N`, N being the number of the lease under which it was written, and
 * `checkpoint` where there was none. Each holder has a file of its own, so a process that was stopped between looking at
 * its lease and the rename still cannot write over what its successor has saved: the highest number is the one that counts.
 */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { moveInto, removeIfThere, writeTemporary } from './durable-file.ts';
import { readIfThere } from './read-bytes.ts';
import { systemCode, writingNow } from './write-error.ts';

export interface CheckpointFiles {
  /** `mayPlace` throws where the file must not get its name after all. */
  readonly save: (
    folder: string,
    bytes: Uint8Array,
    place: { readonly number: number; readonly mayPlace: () => void },
  ) => Promise<void>;
  readonly newest: (folder: string) => Promise<Uint8Array | undefined>;
  /** When that one was saved. */
  readonly newestTime: (folder: string) => Date | undefined;
  /** Removes those up to a number; all without one. */
  readonly removeUpTo: (folder: string, number?: number) => void;
}

export function checkpointFiles(temporaryFolder: string): CheckpointFiles {
  const removeUpTo = (folder: string, number = Number.POSITIVE_INFINITY) => {
    for (const each of numbersIn(folder)) if (each <= number) removeIfThere(fileOf(folder, each));
  };
  return {
    save: async (folder, bytes, { number, mayPlace }) => {
      const temporary = await writeTemporary(temporaryFolder, bytes);
      try {
        mayPlace();
      } catch (error) {
        removeIfThere(temporary);
        throw error;
      }
      await moveInto(temporary, fileOf(folder, number));
      // Only once the new one is durable.
      writingNow(folder, () => removeUpTo(folder, number - 1));
    },
    newest: async folder => {
      // One may be replaced by a newer between the look and the reading.
      for (let last = numbersIn(folder).at(-1); last !== undefined; last = numbersIn(folder).at(-1)) {
        const bytes = await readIfThere(fileOf(folder, last));
        if (bytes !== undefined) return bytes;
      }
      return undefined;
    },
    newestTime: folder => {
      const last = numbersIn(folder).at(-1);
      return last === undefined ? undefined : statSync(fileOf(folder, last), { throwIfNoEntry: false })?.mtime;
    },
    removeUpTo,
  };
}

function fileOf(folder: string, number: number): string {
  return path.join(folder, number === 0 ? 'checkpoint' : `checkpoint-${number}`);
}

function numbersIn(folder: string): number[] {
  const numbers = namesIn(folder).flatMap(name => {
    const [found, number] = /^checkpoint(?:-(\d+))?$/.exec(name) ?? [];
    return found === undefined ? [] : [Number(number ?? 0)];
  });
  return numbers.sort((a, b) => a - b);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
