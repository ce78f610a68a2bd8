/** Leases, attempts and checkpoints in memory. */
import type { FailedAttempt } from '../../schemas/cell-record.ts';
import type { CellKey } from '../../schemas/identity.ts';
import type { WorkStore } from '../store.ts';
import type { MemoryLeases } from './memory-leases.ts';

export function memoryWork(leases: MemoryLeases): WorkStore {
  const attempts = new Map<CellKey, FailedAttempt[]>();
  const checkpoints = new Map<CellKey, { readonly bytes: Uint8Array; readonly time: Date }>();
  return {
    acquireLease: async (key, owner, seconds) => leases.acquire(key, owner, seconds),
    attempts: async key => structuredClone(attempts.get(key) ?? []),
    addAttempt: async (key, attempt, fence) => {
      leases.check(key, fence);
      attempts.set(key, [...(attempts.get(key) ?? []), structuredClone(attempt)]);
    },
    saveCheckpoint: async (key, bytes, fence) => {
      leases.check(key, fence);
      checkpoints.set(key, { bytes: bytes.slice(), time: new Date() });
    },
    checkpoint: async key => checkpoints.get(key)?.bytes.slice(),
    checkpointTime: async key => checkpoints.get(key)?.time,
    // One process, hence one user: a lease that is held is this user's own.
    clearWork: async (key, fence) => {
      leases.check(key, fence);
      attempts.delete(key);
      checkpoints.delete(key);
      leases.clear(key);
    },
  };
}
