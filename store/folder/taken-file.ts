/** A finished file on its way into a store: under a temporary name, flushed and hashed, without a copy where that can be. */
import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, link, open } from 'node:fs/promises';
import { digestSchema } from '../../schemas/identity.ts';
import { pieceBytes, removeIfThere } from './durable-file.ts';
import type { FlushedBlob } from './hashed-file.ts';
import { temporaryPath } from './temporary-files.ts';
import { systemCode, writing } from './write-error.ts';

/** The file under a temporary name in `folder`; its old name still leads to it where it was linked. */
export async function stageFile(folder: string, file: string): Promise<FlushedBlob> {
  const temporary = temporaryPath(folder);
  return writing(temporary, async () => {
    try {
      await linkOrCopy(file, temporary);
      const bytes = await flush(temporary);
      const hash = createHash('sha256');
      for await (const piece of createReadStream(temporary, { highWaterMark: pieceBytes })) hash.update(piece);
      return { temporary, digest: digestSchema.parse(hash.digest('hex')), bytes };
    } catch (error) {
      removeIfThere(temporary);
      throw error;
    }
  });
}

/** What a file system without links, or another one, answers to a link. */
const cannotLink: ReadonlySet<string> = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'ENOSYS']);

async function linkOrCopy(file: string, temporary: string): Promise<void> {
  try {
    await link(file, temporary);
  } catch (error) {
    if (!cannotLink.has(systemCode(error) ?? '')) throw error;
    await copyFile(file, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  }
}

async function flush(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}
