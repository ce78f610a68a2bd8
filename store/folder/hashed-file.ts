/** A temporary file that is hashed while it is written. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { type Digest, digestSchema } from '../../schemas/identity.ts';
import { pieceBytes, removeIfThere } from './durable-file.ts';
import { temporaryPath } from './temporary-files.ts';
import { writing } from './write-error.ts';

export interface HashedFile {
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Flushes and closes it. */
  readonly finish: () => Promise<FlushedBlob>;
  /** Closes and removes it; safe at any time. */
  readonly discard: () => Promise<void>;
}

export interface FlushedBlob {
  /** Path of the temporary file. */
  readonly temporary: string;
  readonly digest: Digest;
  readonly bytes: number;
}

export async function createHashedFile(folder: string): Promise<HashedFile> {
  const temporary = temporaryPath(folder);
  const handle = await writing(temporary, () => open(temporary, 'wx'));
  const hash = createHash('sha256');
  let total = 0;
  let closed = false;

  const close = async () => {
    if (closed) return;
    closed = true;
    await handle.close();
  };
  const writePiece = async (piece: Uint8Array) => {
    hash.update(piece);
    for (let written = 0; written < piece.length;) {
      written += (await handle.write(piece, written, piece.length - written)).bytesWritten;
    }
  };
  return {
    write: bytes =>
      writing(temporary, async () => {
        total += bytes.length;
        for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
          await writePiece(bytes.subarray(offset, offset + pieceBytes));
        }
      }),
    finish: () =>
      writing(temporary, async () => {
        await handle.sync();
        await close();
        return { temporary, digest: digestSchema.parse(hash.digest('hex')), bytes: total };
      }),
    discard: async () => {
      await close();
      removeIfThere(temporary);
    },
  };
}
