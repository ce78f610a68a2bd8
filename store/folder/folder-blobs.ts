/** Blobs by their digest: put, read whole, read in pieces, and moved aside where they are corrupt. */
import { createHash } from 'node:crypto';
import { renameSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Digest, digestOf, digestSchema } from '../../schemas/identity.ts';
import { CorruptBlobError, MissingBlobError } from '../errors.ts';
import type { BlobStore } from '../store.ts';
import { createBlobWriter } from './blob-writer.ts';
import { syncDirectory } from './directory-sync.ts';
import { findBlob, needAgain, openBlob } from './find-blob.ts';
import { moveInto, pieceBytes, removeIfThere, writeTemporary } from './durable-file.ts';
import type { FolderContext } from './folder-context.ts';
import type { FlushedBlob } from './hashed-file.ts';
import { unpack } from './packs/unpack.ts';
import { moveRecordsAside } from './records-aside.ts';
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
    has: async digest => (await findBlob(context, digest)) !== undefined,
    get: (digest, options) => getBlob(context, digest, options?.verify ?? false),
    verify: digest => verifyBlob(context, digest),
    open: digest => openBlob(context, digest),
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

/** Moves a flushed file into its place, unless the blob is there already. */
export async function publishBlob(context: FolderContext, { temporary, digest, bytes }: FlushedBlob): Promise<void> {
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
  const found = await findBlob(context, digest);
  if (found === undefined) return false;
  if (found.place === undefined && found.bytes !== bytes) {
    await quarantine(context, digest);
    return false;
  }
  const file = found.place?.pack.file ?? context.layout.blob(digest);
  needAgain(file);
  await syncDirectory(path.dirname(file));
  return true;
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
  const reader = await openBlob(context, digest);
  try {
    const bytes = await reader.read(0, reader.bytes);
    if (verify && (await digestInPieces(bytes)) !== digest) throw await corrupt(context, digest);
    return bytes;
  } finally {
    await reader.close();
  }
}

/** The records go first: a crash between the two leaves a corrupt blob that nobody is told of as a result. */
async function corrupt(context: FolderContext, digest: Digest): Promise<CorruptBlobError> {
  const place = context.packs.blob(digest);
  if (place !== undefined) await unpack(context, place.pack);
  await moveRecordsAside(context, digest);
  return new CorruptBlobError(digest, await quarantine(context, digest));
}

async function verifyBlob(context: FolderContext, digest: Digest): Promise<void> {
  const found = await findBlob(context, digest);
  const mark = context.verified.look(found?.place?.pack.file ?? context.layout.blob(digest));
  if (mark === undefined) {
    await moveRecordsAside(context, digest);
    throw new MissingBlobError(digest);
  }
  if (context.verified.knows(digest, mark)) return;
  if ((await storedDigest(context, digest)) !== digest) throw await corrupt(context, digest);
  context.verified.remember(digest, mark);
}

/** The digest of the bytes that are there under this one. */
async function storedDigest(context: FolderContext, digest: Digest): Promise<string> {
  const reader = await openBlob(context, digest);
  const hash = createHash('sha256');
  try {
    for (let offset = 0; offset < reader.bytes; offset += pieceBytes) {
      hash.update(await reader.read(offset, Math.min(pieceBytes, reader.bytes - offset)));
    }
  } finally {
    await reader.close();
  }
  return hash.digest('hex');
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
