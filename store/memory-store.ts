/** A store in the memory of one process, for tests and previews: the same behaviour, gone with the process. */
import { randomBytes } from 'node:crypto';
import { memoryBlobs } from './memory/memory-blobs.ts';
import { memoryCollect } from './memory/memory-collect.ts';
import { memoryNotes } from './memory/memory-notes.ts';
import { memoryPins } from './memory/memory-pins.ts';
import { memoryRecords } from './memory/memory-records.ts';
import { memoryLeases } from './memory/memory-leases.ts';
import { type MemoryRuns, memoryRuns } from './memory/memory-runs.ts';
import { type MemoryWork, memoryWork } from './memory/memory-work.ts';
import { trashableMap } from './memory/trashable-map.ts';
import type { Store } from './store.ts';

export type MemoryStore = Omit<Store, 'events'> & MemoryRuns;

export function createMemoryStore(): MemoryStore {
  const items = {
    blob: trashableMap<Uint8Array>(),
    record: trashableMap<string>(),
    content: trashableMap<string>(),
    partial: trashableMap<string>(),
    work: trashableMap<MemoryWork>(),
  };
  const blobs = memoryBlobs(items.blob);
  const runs = memoryRuns();
  const leases = memoryLeases();
  const hasRun = async (run: string) => (await runs.run(run)) !== undefined;
  const { forgetRecordsOf, ...records } = memoryRecords({
    blobs,
    hasRun,
    leases,
    records: items.record,
    contents: items.content,
    partial: items.partial,
  });
  const store: MemoryStore = {
    id: randomBytes(8).toString('hex'),
    ...blobs,
    verify: async digest => {
      if (!(await blobs.has(digest))) forgetRecordsOf(digest);
      await blobs.verify(digest);
    },
    ...records,
    ...memoryNotes(),
    ...memoryPins(),
    ...memoryCollect(items),
    ...memoryWork(leases, items.work),
    ...runs,
    grouped: () => store,
  };
  return store;
}
