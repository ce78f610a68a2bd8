/** Leases, attempts and checkpoints in memory. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FailedAttempt } from '../../schemas/cell-record.ts';
import type { CellKey } from '../../schemas/identity.ts';
import type { ProcessMark } from '../../schemas/process-mark.ts';
import { isGone, markProcess } from '../process-life.ts';
import type { Lease, LeaseOwner, WorkStore } from '../store.ts';

interface HeldBy {
  readonly owner: LeaseOwner;
  readonly process: ProcessMark;
  readonly token: string;
  readonly since: Date;
  readonly expires: Date;
}

export function memoryWork(): WorkStore {
  const leases = new Map<CellKey, HeldBy>();
  const attempts = new Map<CellKey, FailedAttempt[]>();
  /** The one thing that cannot be in memory: other programs work there. */
  const folders = new Map<CellKey, string>();
  const checkpoints = new Map<CellKey, Uint8Array>();
  return {
    acquireLease: async (key, owner, seconds) => {
      const before = leases.get(key);
      if (before !== undefined && isHeld(before)) {
        return { held: false, owner: before.owner, expires: before.expires };
      }
      const lease = {
        owner,
        process: markProcess(owner.pid, owner.host),
        token: randomUUID(),
        since: new Date(),
        expires: expiryAfter(seconds),
      };
      leases.set(key, lease);
      return leaseOf({ leases, key, lease, seconds, before });
    },
    attempts: async key => structuredClone(attempts.get(key) ?? []),
    addAttempt: async (key, attempt) => {
      attempts.set(key, [...(attempts.get(key) ?? []), structuredClone(attempt)]);
    },
    saveCheckpoint: async (key, bytes) => {
      checkpoints.set(key, bytes.slice());
    },
    checkpoint: async key => checkpoints.get(key)?.slice(),
    workFolder: async key => {
      const folder = folders.get(key) ?? mkdtempSync(path.join(tmpdir(), 'espalier-work-'));
      folders.set(key, folder);
      return folder;
    },
    // One process, hence one user: a lease that is held is this user's own.
    clearWork: async key => {
      attempts.delete(key);
      checkpoints.delete(key);
      leases.delete(key);
      const folder = folders.get(key);
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      folders.delete(key);
    },
  };
}

function isHeld({ expires, process }: HeldBy): boolean {
  return expires.getTime() > Date.now() && !isGone(process);
}

function expiryAfter(seconds: number): Date {
  return new Date(Date.now() + seconds * 1000);
}

interface Leased {
  readonly leases: Map<CellKey, HeldBy>;
  readonly key: CellKey;
  readonly lease: HeldBy;
  readonly seconds: number;
  /** What was there before, not given back. */
  readonly before: HeldBy | undefined;
}

function leaseOf({ leases, key, lease, seconds, before }: Leased): Lease {
  const isOurs = () => leases.get(key)?.token === lease.token;
  return {
    held: true,
    ...(before === undefined ? {} : { takenFrom: { owner: before.owner, since: before.since } }),
    renew: async () => {
      if (!isOurs()) return false;
      leases.set(key, { ...lease, expires: expiryAfter(seconds) });
      return true;
    },
    release: async () => {
      if (isOurs()) leases.delete(key);
    },
  };
}
