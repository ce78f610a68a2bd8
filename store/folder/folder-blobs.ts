/** Blobs as files named for their digest: put, read whole, read in pieces, and moved aside where they are corrupt. */
import { createHash } from 'node:crypto';
import { renameSync, statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Digest, digestOf, digestSchema } from '../../schemas/identity.ts';
import { CorruptBlobError, MissingBlobError } from '../errors.ts';
import type { BlobReader, BlobStore } from '../store.ts';
import { createBlobWriter } from './blob-writer.ts';
import { syncDirectory } from './directory-sync.ts';
import { openIfThere, readBytes } from './read-bytes.ts';
import { moveInto, pieceBytes, removeIfThere, writeTemporary } from './durable-file.ts';
import type { FolderContext } from './folder-context.ts';
import type { FlushedBlob } from './hashed-file.ts';
import { stageFile } from './taken-file.ts';
import { systemCode, writingNow } from './write-error.ts';

export function folderBlobs(context: FolderContext): BlobStore {
  return {
    put: bytes => putBlob(context, bytes),
    takeFile: file => takeFile(context, file),
    createBlob: async () =>
      createBlobWriter({
        temporaryFolder: context.layout.temporary,
        put: bytes => putBlob(context, bytes),
        publish: blob => publishBlob(context, blob),
      }),
    has: async digest => sizeOf(context.layout.blob(digest)) !== undefined,
    get: (digest, options) => getBlob(context, digest, options?.verify ?? false),
    open: async digest => readerOf(await openBlob(context, digest)),
  };
}

async function putBlob(context: FolderContext, bytes: Uint8Array): Promise<Digest> {
  const digest = bytes.length > pieceBytes ? await digestInPieces(bytes) : digestOf(bytes);
  if (!(await isThere(context, digest, bytes.length))) {
    const temporary = await writeTemporary(context.layout.temporary, bytes);
    await publishBlob(context, { temporary, digest, bytes: bytes.length });
  }
  return digest;
}

/** The old name goes last: a crash before leaves a file too many, never one too few. */
async function takeFile(context: FolderContext, file: string) {
  const { temporary, digest, bytes } = await stageFile(context.layout.temporary, file);
  await publishBlob(context, { temporary, digest, bytes });
  removeIfThere(file);
  return { digest, bytes };
}

async function publishBlob(context: FolderContext, { temporary, digest, bytes }: FlushedBlob): Promise<void> {
  try {
    if (await isThere(context, digest, bytes)) return;
    const file = context.layout.blob(digest);
    await context.ensureShard(path.dirname(file));
    await moveInto(temporary, file);
  } finally {
    removeIfThere(temporary);
  }
}

/**
 * Whether the blob is in place with that length, and then durable: another process may have renamed it there a moment
 * ago. One of another length was cut by something outside this program, and is moved aside.
 */
async function isThere(context: FolderContext, digest: Digest, bytes: number): Promise<boolean> {
  const file = context.layout.blob(digest);
  const size = sizeOf(file);
  if (size === undefined) return false;
  if (size !== bytes) {
    await quarantine(context, digest);
    return false;
  }
  await syncDirectory(path.dirname(file));
  return true;
}

function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size;
}

/** Moves the blob's file aside, so that it can be made again; where it lies then. */
async function quarantine(context: FolderContext, digest: Digest): Promise<string> {
  const { layout, ensureFolder } = context;
  await ensureFolder(layout.quarantine);
  const file = layout.blob(digest);
  const aside = path.join(layout.quarantine, `${digest}-${Date.now()}`);
  writingNow(aside, () => {
    try {
      renameSync(file, aside);
    } catch (error) {
      // Somebody else has moved it already.
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  });
  await syncDirectory(path.dirname(file));
  return aside;
}

async function getBlob(context: FolderContext, digest: Digest, verify: boolean): Promise<Uint8Array> {
  const reader = await readerOf(await openBlob(context, digest));
  try {
    const bytes = await reader.read(0, reader.bytes);
    if (verify && (await digestInPieces(bytes)) !== digest) {
      throw new CorruptBlobError(digest, await quarantine(context, digest));
    }
    return bytes;
  } finally {
    await reader.close();
  }
}

/** The digest of bytes that may be many, with turns for others between pieces. */
async function digestInPieces(bytes: Uint8Array): Promise<Digest> {
  const hash = createHash('sha256');
  for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
    if (offset > 0) await nextTurn();
    hash.update(bytes.subarray(offset, offset + pieceBytes));
  }
  return digestSchema.parse(hash.digest('hex'));
}

async function openBlob(context: FolderContext, digest: Digest): Promise<FileHandle> {
  const handle = await openIfThere(context.layout.blob(digest));
  if (handle === undefined) throw new MissingBlobError(digest);
  return handle;
}

async function readerOf(handle: FileHandle): Promise<BlobReader> {
  const { size } = await handle.stat();
  return {
    bytes: size,
    read: async (offset, length) => {
      checkRange(offset, length, size);
      const bytes = await readBytes(handle, offset, length);
      if (bytes.length < length) throw new RangeError(`the blob was cut at byte ${offset + bytes.length} while read`);
      return bytes;
    },
    close: () => handle.close(),
  };
}

/** Throws where not every byte of the range exists. */
function checkRange(offset: number, length: number, size: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (!whole || offset < 0 || length < 0 || offset + length > size) {
    throw new RangeError(`internal: bytes ${offset} to ${offset + length} of a blob of ${size}`);
  }
}
