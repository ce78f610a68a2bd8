/** Reads bytes of a file that may be larger than one read call takes, or not there at all. */
import { type FileHandle, open } from 'node:fs/promises';
import { systemCode } from './write-error.ts';

/** One read call takes no more than 2³¹−1 bytes. */
const longestRead = 2 ** 30;

/** Up to `length` bytes from `offset`; fewer where the file ends before. */
export async function readBytes(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const wanted = Math.min(length - filled, longestRead);
    const { bytesRead } = await handle.read(bytes, filled, wanted, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** The file opened for reading; undefined where there is none. */
export async function openIfThere(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** All bytes of a file; undefined where there is none. */
export async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  const handle = await openIfThere(file);
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    return await readBytes(handle, 0, size);
  } finally {
    await handle.close();
  }
}
