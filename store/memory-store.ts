/** A store in the memory of one process, for tests and previews: the same behaviour, gone with the process. */
import { randomBytes } from 'node:crypto';
import { memoryBlobs } from './memory/memory-blobs.ts';
import { memoryRecords } from './memory/memory-records.ts';
import { type MemoryRuns, memoryRuns } from './memory/memory-runs.ts';
import { memoryWork } from './memory/memory-work.ts';
import type { Store } from './store.ts';

export type MemoryStore = Omit<Store, 'events'> & MemoryRuns;

export function createMemoryStore(): MemoryStore {
  const blobs = memoryBlobs();
  const runs = memoryRuns();
  return {
    id: randomBytes(8).toString('hex'),
    ...blobs,
    ...memoryRecords({ blobs, hasRun: async run => (await runs.run(run)) !== undefined }),
    ...memoryWork(),
    ...runs,
  };
}
