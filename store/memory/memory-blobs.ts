/** Blobs in memory. */
import { readFile, unlink } from 'node:fs/promises';
import { type Digest, digestOf } from '../../schemas/identity.ts';
import { MissingBlobError } from '../errors.ts';
import type { BlobReader, BlobStore, BlobWriter } from '../store.ts';
import type { TrashableMap } from './trashable-map.ts';

export function memoryBlobs(blobs: TrashableMap<Uint8Array>): BlobStore {
  const find = (digest: Digest) => {
    const bytes = blobs.get(digest);
    if (bytes === undefined) throw new MissingBlobError(digest);
    return bytes;
  };
  const put = (bytes: Uint8Array) => {
    const digest = digestOf(bytes);
    if (blobs.has(digest)) blobs.touch(digest);
    else blobs.set(digest, bytes.slice());
    return digest;
  };
  return {
    put: async bytes => put(bytes),
    takeFile: async file => {
      const bytes = await readFile(file);
      const digest = put(bytes);
      await unlink(file);
      return { digest, bytes: bytes.length };
    },
    createBlob: async () => writerInto(put),
    has: async digest => blobs.has(digest),
    // Nothing outside holds these bytes, so there is nothing that `verify` could find.
    get: async digest => find(digest).slice(),
    verify: async digest => void find(digest),
    open: async digest => readerOf(find(digest)),
  };
}

function writerInto(put: (bytes: Uint8Array) => Digest): BlobWriter {
  let pieces: Uint8Array[] = [];
  let state: 'open' | 'committed' | 'ended' = 'open';
  const mustBeOpen = () => {
    if (state !== 'open') throw new Error(`internal: the blob writer is ${state}`);
  };
  return {
    write: async bytes => {
      mustBeOpen();
      pieces.push(bytes.slice());
    },
    commit: async () => {
      mustBeOpen();
      state = 'committed';
      const whole = new Uint8Array(Buffer.concat(pieces));
      return { digest: put(whole), bytes: whole.length };
    },
    abort: async () => {
      if (state === 'open') state = 'ended';
      pieces = [];
    },
  };
}

function readerOf(blob: Uint8Array): BlobReader {
  return {
    bytes: blob.length,
    read: async (offset, length) => {
      const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
      if (!whole || offset < 0 || length < 0 || offset + length > blob.length) {
        throw new RangeError(`internal: bytes ${offset} to ${offset + length} of a blob of ${blob.length}`);
      }
      return blob.slice(offset, offset + length);
    },
    close: async () => undefined,
  };
}
