/**
 * Files that appear whole or not at all and survive a power cut: written under a temporary name, flushed, then linked
 * or renamed into place, and the directory flushed.
 *
 * The calls that take microseconds (open, link, rename, close, a small write) are made synchronously: each hop to
 * libuv's four threads costs more than they do, and a publication makes a dozen of them (1,000 small publications, 16
 * at a time, on two busy cores: 1.6 s so, 2.2 s with all of them asynchronous). What can wait for the disk, flushes
 * and long writes, never blocks.
 */
import { closeSync, fsync, linkSync, openSync, renameSync, unlinkSync, write, writeSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { syncDirectory } from './directory-sync.ts';
import { temporaryPath } from './temporary-files.ts';
import { systemCode, writing, writingNow } from './write-error.ts';

const flush = promisify(fsync);

/** Bytes written in one call; longer ones are cut, so that other work gets its turn between. */
export const pieceBytes = 2 ** 22;

const smallBytes = 2 ** 16;

/** A new file in the temporary folder, flushed; its path. Nothing is left of it where an error is thrown. */
export async function writeTemporary(folder: string, bytes: Uint8Array): Promise<string> {
  const file = temporaryPath(folder);
  await writing(file, async () => {
    const descriptor = openSync(file, 'wx');
    try {
      await writeAll(descriptor, bytes);
      await flush(descriptor);
    } catch (error) {
      removeIfThere(file);
      throw error;
    } finally {
      closeSync(descriptor);
    }
  });
  return file;
}

/** Writes all of the bytes at the descriptor's position. */
export async function writeAll(descriptor: number, bytes: Uint8Array): Promise<void> {
  if (bytes.length <= smallBytes) {
    for (let offset = 0; offset < bytes.length;) offset += writeSync(descriptor, bytes, offset);
    return;
  }
  for (let offset = 0; offset < bytes.length;) {
    offset += await writePiece(descriptor, bytes.subarray(offset, offset + pieceBytes));
  }
}

function writePiece(descriptor: number, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, (error, written) => (error === null ? resolve(written) : reject(error)));
  });
}

/** Puts `bytes` at `file`, in place of what is there: a reader sees the old bytes or the new ones. */
export async function replaceFile(temporaryFolder: string, file: string, bytes: Uint8Array): Promise<void> {
  const temporary = await writeTemporary(temporaryFolder, bytes);
  await moveInto(temporary, file);
}

/** Moves a flushed temporary file to its place, over what is there, and makes its name durable. */
export async function moveInto(temporary: string, file: string): Promise<void> {
  writingNow(file, () => {
    try {
      renameSync(temporary, file);
    } catch (error) {
      removeIfThere(temporary);
      throw error;
    }
  });
  await syncDirectory(path.dirname(file));
}

/** Gives a file a further name unless that name is taken; false where it is. The caller flushes the directory. */
export function linkUnlessTaken(existing: string, name: string): boolean {
  return writingNow(name, () => {
    try {
      linkSync(existing, name);
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false;
      throw error;
    }
  });
}

/** Removes a file, which may be gone already. */
export function removeIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
