/** Garbage collection of a store in memory. */
import type { CollectStore, ItemKind, TrashBatch } from '../store.ts';
import type { MemoryWork } from './memory-work.ts';
import type { TrashableMap } from './trashable-map.ts';

export interface MemoryItems {
  readonly blob: TrashableMap<Uint8Array>;
  readonly record: TrashableMap<string>;
  readonly content: TrashableMap<string>;
  readonly partial: TrashableMap<string>;
  readonly work: TrashableMap<MemoryWork>;
}

export function memoryCollect(items: MemoryItems): CollectStore {
  const sizeOf = (value: Uint8Array | string | MemoryWork) =>
    typeof value === 'string' || value instanceof Uint8Array ? value.length : (value.checkpoint?.bytes.length ?? 0);
  const all = [items.record, items.content, items.partial, items.blob, items.work] as const;
  return {
    async *items(kind: ItemKind) {
      yield* items[kind].items(kind, sizeOf);
    },
    moveToTrash: async (moved, { batch, unlessModifiedSince }) =>
      moved.filter(({ kind, name }) => items[kind].trash(name, batch.getTime(), unlessModifiedSince)).length,
    trash: async () => {
      const batches = new Map<number, TrashBatch>();
      for (const { batch, bytes } of all.flatMap(map => map.batches(sizeOf))) {
        const before = batches.get(batch) ?? { batch: new Date(batch), items: 0, bytes: 0 };
        batches.set(batch, { ...before, items: before.items + 1, bytes: before.bytes + bytes });
      }
      return [...batches.values()].sort((a, b) => a.batch.getTime() - b.batch.getTime());
    },
    restoreTrash: async () => all.reduce((sum, map) => sum + map.restoreAll(), 0),
    purgeTrash: async batch => {
      for (const map of all) map.purge(batch.getTime());
    },
  };
}
