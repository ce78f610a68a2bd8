/** How much room there is for a folder. */
import { statfs } from 'node:fs/promises';
import path from 'node:path';

/** Bytes free for this user on the disk that holds the folder, or will hold it once it is made. */
export async function freeBytes(folder: string): Promise<number> {
  try {
    const disk = await statfs(folder);
    return disk.bavail * disk.bsize;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing || path.dirname(folder) === folder) throw error;
    return await freeBytes(path.dirname(folder));
  }
}
