/**
 * Group commit of small cells: what is put is held in memory, and whoever publishes a record waits for the next pack.
 * While one pack is flushed the next fills, so that the busier a worker is, the fewer flushes a cell costs.
 */
import type { CellKey, Digest } from '../../../schemas/identity.ts';
import { syncDirectory } from '../directory-sync.ts';
import { linkUnlessTaken, removeIfThere, writeTemporary } from '../durable-file.ts';
import type { FolderContext } from '../folder-context.ts';
import { sharedRounds } from '../shared-rounds.ts';
import { type PackedBlob, type PackedRecord, encodePack } from './pack-file.ts';

export interface PackWriter {
  /** Holds bytes for the next pack. */
  readonly hold: (digest: Digest, bytes: Uint8Array) => void;
  /** What is held and in no pack yet. */
  readonly held: (digest: Digest) => Uint8Array | undefined;
  /** Resolves when the record is durable, with all that was held before the call. */
  readonly publish: (record: PackedRecord) => Promise<'published' | 'exists'>;
  /** Resolves when all that was held before the call is durable. */
  readonly flush: () => Promise<void>;
}

interface Group {
  readonly blobs: Map<Digest, Uint8Array>;
  readonly records: Map<CellKey, PackedRecord>;
  /** Those of them that were there before. */
  readonly known: Set<CellKey>;
}

export function packWriter(context: FolderContext): PackWriter {
  const held = new Map<Digest, Uint8Array>();
  let group = newGroup();
  const rounds = sharedRounds(async () => {
    const current = group;
    group = newGroup();
    try {
      await writeGroup(context, current);
    } catch (error) {
      // Others may have been promised these bytes: they go with the next.
      for (const [digest, bytes] of current.blobs) group.blobs.set(digest, bytes);
      throw error;
    }
    for (const digest of current.blobs.keys()) held.delete(digest);
  });
  return {
    hold: (digest, bytes) => {
      if (held.has(digest)) return;
      held.set(digest, bytes);
      group.blobs.set(digest, bytes);
    },
    held: digest => held.get(digest),
    publish: async record => {
      const { records, known } = group;
      const isFirst = !records.has(record.key);
      if (isFirst) records.set(record.key, record);
      await rounds.join();
      return isFirst && !known.has(record.key) ? 'published' : 'exists';
    },
    flush: async () => {
      if (held.size > 0) await rounds.join();
    },
  };
}

function newGroup(): Group {
  return { blobs: new Map(), records: new Map(), known: new Set() };
}

/** The number decides who was first: whoever finds it taken looks at what the other has published, and tries the next. */
async function writeGroup(context: FolderContext, { blobs, records, known }: Group): Promise<void> {
  const { layout, packs, ensureFolder } = context;
  await ensureFolder(layout.packs);
  for (let isWritten = false; !isWritten;) {
    packs.refresh();
    for (const key of records.keys()) {
      const place = packs.record(key);
      if (place !== undefined && packs.isWhole(place.pack)) known.add(key);
    }
    const newBlobs = [...blobs].map(([digest, bytes]): PackedBlob => ({ digest, bytes }));
    const newRecords = [...records.values()].filter(({ key }) => !known.has(key));
    if (newBlobs.length + newRecords.length === 0) return;
    const temporary = await writeTemporary(layout.temporary, encodePack(newBlobs, newRecords));
    try {
      isWritten = linkUnlessTaken(temporary, packs.next());
    } finally {
      removeIfThere(temporary);
    }
  }
  await syncDirectory(layout.packs);
  packs.refresh();
}
