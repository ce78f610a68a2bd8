/** A view of a folder store for many small cells: what they put and publish goes into packs, flushed together. */
import { existsSync } from 'node:fs';
import { type Digest, digestOf } from '../../schemas/identity.ts';
import { recordText } from '../record-text.ts';
import type { BlobStore, RecordStore } from '../store.ts';
import { bytesReader } from './blob-reader.ts';
import { createBlobWriter } from './blob-writer.ts';
import { needAgain } from './find-blob.ts';
import { publishBlob } from './folder-blobs.ts';
import type { FolderContext } from './folder-context.ts';
import type { PackWriter } from './packs/pack-writer.ts';

/** Longer blobs get files of their own, so that reading a pack's head stays cheap and its bytes fit into memory. */
const packedBytes = 2 ** 16;

export function groupedStore(
  context: FolderContext,
  writer: PackWriter,
  store: BlobStore & RecordStore,
): Omit<BlobStore, 'takeFile'> & Pick<RecordStore, 'publish'> {
  const { layout, packs, trash } = context;
  const put = async (bytes: Uint8Array): Promise<Digest> => {
    if (bytes.length > packedBytes) return store.put(bytes);
    const digest = digestOf(bytes);
    const place = packs.blob(digest);
    if (place === undefined || !packs.isWhole(place.pack)) writer.hold(digest, bytes.slice());
    else needAgain(place.pack.file);
    return digest;
  };
  const has = async (digest: Digest) => writer.held(digest) !== undefined || store.has(digest);
  return {
    put,
    createBlob: async () =>
      createBlobWriter({ temporaryFolder: layout.temporary, put, publish: blob => publishBlob(context, blob) }),
    has,
    get: async (digest, options) => writer.held(digest)?.slice() ?? store.get(digest, options),
    verify: async digest => {
      if (writer.held(digest) === undefined) await store.verify(digest);
    },
    open: async digest => {
      const held = writer.held(digest);
      return held === undefined ? store.open(digest) : bytesReader(held);
    },
    publish: async (record, fence) => {
      // What answers for its run alone lies in the run's folder, and a fence is looked at as late as can be.
      if (record.partial || fence !== undefined) {
        await writer.flush();
        return store.publish(record, fence);
      }
      const text = await recordText({ has }, record);
      const file = layout.record(record.key);
      // One in the trash was the first all the same.
      if (existsSync(file) || (await trash.restore(file))) return 'exists';
      return writer.publish({ key: record.key, contentKey: record.content_key, text });
    },
  };
}
