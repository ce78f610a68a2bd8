/** Leases, attempts and checkpoints in memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FailedAttempt } from '../../schemas/cell-record.ts';
import type { CellKey } from '../../schemas/identity.ts';
import type { WorkStore } from '../store.ts';
import type { MemoryLeases } from './memory-leases.ts';
import type { TrashableMap } from './trashable-map.ts';

/** Of one cell. */
export interface MemoryWork {
  readonly attempts: readonly FailedAttempt[];
  readonly checkpoint?: { readonly bytes: Uint8Array; readonly time: Date };
  /** The one thing that cannot be in memory: other programs work there. */
  readonly folder?: string;
}

export function memoryWork(leases: MemoryLeases, works: TrashableMap<MemoryWork>): WorkStore {
  const change = (key: CellKey, changed: (work: MemoryWork) => MemoryWork) =>
    works.set(key, changed(works.get(key) ?? { attempts: [] }));
  return {
    acquireLease: async (key, owner, seconds) => {
      if (works.has(key)) works.touch(key);
      return leases.acquire(key, owner, seconds);
    },
    attempts: async key => structuredClone([...(works.get(key)?.attempts ?? [])]),
    addAttempt: async (key, attempt, fence) => {
      leases.check(key, fence);
      change(key, work => ({ ...work, attempts: [...work.attempts, structuredClone(attempt)] }));
    },
    saveCheckpoint: async (key, bytes, fence) => {
      leases.check(key, fence);
      change(key, work => ({ ...work, checkpoint: { bytes: bytes.slice(), time: new Date() } }));
    },
    checkpoint: async key => works.get(key)?.checkpoint?.bytes.slice(),
    checkpointTime: async key => works.get(key)?.checkpoint?.time,
    workFolder: async key => {
      const folder = works.get(key)?.folder ?? mkdtempSync(path.join(tmpdir(), 'espalier-work-'));
      change(key, work => ({ ...work, folder }));
      return folder;
    },
    // One process, hence one user: a lease that is held is this user's own.
    clearWork: async (key, fence) => {
      leases.check(key, fence);
      leases.clear(key);
      const folder = works.get(key)?.folder;
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      works.delete(key);
    },
  };
}
