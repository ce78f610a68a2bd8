/** Blobs as files named for their digest: put, read whole, read in pieces, and moved aside where they are corrupt. */
import { createHash } from 'node:crypto';
import { renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Digest, digestOf, digestSchema } from '../../schemas/identity.ts';
import { CorruptBlobError, MissingBlobError } from '../errors.ts';
import type { BlobReader, BlobStore } from '../store.ts';
import { createBlobWriter } from './blob-writer.ts';
import { syncDirectory } from './directory-sync.ts';
import { type OpenFile, openIfThere } from './read-bytes.ts';
import { moveInto, pieceBytes, removeIfThere, writeTemporary } from './durable-file.ts';
import type { FolderContext } from './folder-context.ts';
import type { FlushedBlob } from './hashed-file.ts';
import { moveRecordsAside } from './records-aside.ts';
import { touch } from './trash-folder.ts';
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
    has: async digest => (await sizeInPlace(context, digest)) !== undefined,
    get: (digest, options) => getBlob(context, digest, options?.verify ?? false),
    verify: digest => verifyBlob(context, digest),
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
  let isMoved = false;
  try {
    if (await isThere(context, digest, bytes)) return;
    const file = context.layout.blob(digest);
    await context.ensureShard(path.dirname(file));
    await moveInto(temporary, file);
    isMoved = true;
    // What was hashed on its way here need not be hashed again.
    const mark = context.verified.look(file);
    if (mark?.size === bytes) context.verified.remember(digest, mark);
  } finally {
    if (!isMoved) removeIfThere(temporary);
  }
}

/**
 * Whether the blob is in place with that length, and then durable: another process may have renamed it there a moment
 * ago. One of another length was cut by something outside this program, and is moved aside.
 */
async function isThere(context: FolderContext, digest: Digest, bytes: number): Promise<boolean> {
  const file = context.layout.blob(digest);
  const size = await sizeInPlace(context, digest);
  if (size === undefined) return false;
  if (size !== bytes) {
    await quarantine(context, digest);
    return false;
  }
  // Whoever collects garbage at this moment sees that it is needed.
  if (Date.now() - statSync(file).mtimeMs > youngMilliseconds) touch(file);
  await syncDirectory(path.dirname(file));
  return true;
}

/** Below this age nobody collects a file, so that saying again that it is needed would be a write for nothing. */
const youngMilliseconds = 600_000;

/** The length of a blob, which is taken out of the trash where it lies there. */
async function sizeInPlace({ layout, trash }: FolderContext, digest: Digest): Promise<number | undefined> {
  const file = layout.blob(digest);
  const size = () => statSync(file, { throwIfNoEntry: false })?.size;
  return size() ?? ((await trash.restore(file)) ? size() : undefined);
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
  const reader = readerOf(await openBlob(context, digest));
  try {
    const bytes = await reader.read(0, reader.bytes);
    if (verify && (await digestInPieces(bytes)) !== digest) {
      throw await corrupt(context, digest);
    }
    return bytes;
  } finally {
    await reader.close();
  }
}

/** The records go first: a crash between the two leaves a corrupt blob that nobody is told of as a result. */
async function corrupt(context: FolderContext, digest: Digest): Promise<CorruptBlobError> {
  await moveRecordsAside(context, digest);
  return new CorruptBlobError(digest, await quarantine(context, digest));
}

async function verifyBlob(context: FolderContext, digest: Digest): Promise<void> {
  await sizeInPlace(context, digest);
  const mark = context.verified.look(context.layout.blob(digest));
  if (mark === undefined) {
    await moveRecordsAside(context, digest);
    throw new MissingBlobError(digest);
  }
  if (context.verified.knows(digest, mark)) return;
  const reader = readerOf(await openBlob(context, digest));
  const hash = createHash('sha256');
  try {
    for (let offset = 0; offset < reader.bytes; offset += pieceBytes) {
      hash.update(await reader.read(offset, Math.min(pieceBytes, reader.bytes - offset)));
    }
  } finally {
    await reader.close();
  }
  if (hash.digest('hex') !== digest) throw await corrupt(context, digest);
  context.verified.remember(digest, mark);
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

async function openBlob(context: FolderContext, digest: Digest): Promise<OpenFile> {
  const name = context.layout.blob(digest);
  const file = openIfThere(name) ?? ((await context.trash.restore(name)) ? openIfThere(name) : undefined);
  if (file === undefined) throw new MissingBlobError(digest);
  return file;
}

function readerOf({ size, read, close }: OpenFile): BlobReader {
  return {
    bytes: size,
    read: async (offset, length) => {
      checkRange(offset, length, size);
      const bytes = await read(offset, length);
      if (bytes.length < length) throw new RangeError(`the blob was cut at byte ${offset + bytes.length} while read`);
      return bytes;
    },
    close: async () => close(),
  };
}

/** Throws where not every byte of the range exists. */
function checkRange(offset: number, length: number, size: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (!whole || offset < 0 || length < 0 || offset + length > size) {
    throw new RangeError(`internal: bytes ${offset} to ${offset + length} of a blob of ${size}`);
  }
}
