/** A store to try things in: what is there can be read, what is written goes to another store beside it. */
import type { Store } from './store.ts';

/**
 * Reads find what was written to `scratch` before what is in `base`; blobs and checkpoints are written to `scratch`, and
 * checkpoints of `base` are not seen. Records, runs and leases of `base` cannot be written: that throws.
 */
export function scratchStore(base: Store, scratch: Store): Store {
  const holderOf = async (digest: Parameters<Store['has']>[0]) => ((await scratch.has(digest)) ? scratch : base);
  const refuse = () => Promise.reject(new Error('internal: a scratch store publishes nothing'));
  return {
    ...base,
    put: bytes => scratch.put(bytes),
    createBlob: () => scratch.createBlob(),
    has: async digest => (await scratch.has(digest)) || base.has(digest),
    get: async (digest, options) => (await holderOf(digest)).get(digest, options),
    verify: async digest => (await holderOf(digest)).verify(digest),
    open: async digest => (await holderOf(digest)).open(digest),
    acquireLease: refuse,
    attempts: key => scratch.attempts(key),
    addAttempt: refuse,
    saveCheckpoint: (key, bytes) => scratch.saveCheckpoint(key, bytes),
    checkpoint: key => scratch.checkpoint(key),
    clearWork: key => scratch.clearWork(key),
    publish: refuse,
    noteNondeterminism: refuse,
    createRun: refuse,
    appendEvents: refuse,
    writeRunFile: refuse,
  };
}
