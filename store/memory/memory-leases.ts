/** Leases in memory. */
import { randomUUID } from 'node:crypto';
import type { CellKey } from '../../schemas/identity.ts';
import type { ProcessMark } from '../../schemas/process-mark.ts';
import { LostLeaseError } from '../errors.ts';
import { type LeaseSightings, leaseSightings } from '../lease-sightings.ts';
import { isGone, markProcess } from '../process-life.ts';
import type { Fence, HeldLease, Lease, LeaseOwner } from '../store.ts';

interface HeldBy extends Fence {
  readonly owner: LeaseOwner;
  readonly process: ProcessMark;
  readonly since: Date;
  readonly seconds: number;
  readonly renewals: number;
}

export interface MemoryLeases {
  readonly acquire: (key: CellKey, owner: LeaseOwner, seconds: number) => Lease | HeldLease;
  readonly isHeld: (key: CellKey) => boolean;
  /** A `LostLeaseError` where the lease that the fence is of has moved on. */
  readonly check: (key: CellKey, fence: Fence | undefined) => void;
  readonly clear: (key: CellKey) => void;
}

export function memoryLeases(): MemoryLeases {
  const leases = new Map<CellKey, HeldBy>();
  const sightings = leaseSightings();
  let number = 0;
  return {
    acquire: (key, owner, seconds) => {
      const before = leases.get(key);
      if (before !== undefined && isHeld(before, sightings)) {
        const expires = new Date(Date.now() + sightings.secondsLeft(before) * 1000);
        return { held: false, owner: before.owner, expires };
      }
      number += 1;
      const process = markProcess(owner.pid, owner.host);
      const lease = { owner, process, number, token: randomUUID(), since: new Date(), seconds, renewals: 0 };
      leases.set(key, lease);
      sightings.secondsLeft(lease);
      return leaseOf({ leases, sightings, key, lease, before });
    },
    isHeld: key => {
      const lease = leases.get(key);
      return lease !== undefined && isHeld(lease, sightings);
    },
    check: (key, fence) => {
      if (fence !== undefined && leases.get(key)?.token !== fence.token) throw new LostLeaseError(key);
    },
    clear: key => void leases.delete(key),
  };
}

function isHeld(lease: HeldBy, sightings: LeaseSightings): boolean {
  return sightings.secondsLeft(lease) > 0 && !isGone(lease.process);
}

interface Leased {
  readonly leases: Map<CellKey, HeldBy>;
  readonly sightings: LeaseSightings;
  readonly key: CellKey;
  readonly lease: HeldBy;
  /** What was there before, not given back. */
  readonly before: HeldBy | undefined;
}

function leaseOf({ leases, sightings, key, lease, before }: Leased): Lease {
  const own = () => {
    const held = leases.get(key);
    return held?.token === lease.token ? held : undefined;
  };
  return {
    held: true,
    fence: { number: lease.number, token: lease.token },
    ...(before === undefined ? {} : { takenFrom: { owner: before.owner, since: before.since } }),
    renew: async () => {
      const held = own();
      if (held === undefined) return false;
      const renewed = { ...held, renewals: held.renewals + 1 };
      leases.set(key, renewed);
      sightings.secondsLeft(renewed);
      return true;
    },
    release: async () => {
      if (own() !== undefined) leases.delete(key);
    },
  };
}
