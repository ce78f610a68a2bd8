/** Leases on cells: who is at one now, kept in files so that all processes of a store see them. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { CellKey } from '../../schemas/identity.ts';
import { LostLeaseError } from '../errors.ts';
import { type LeaseSightings, leaseSightings } from '../lease-sightings.ts';
import { markProcess } from '../process-life.ts';
import type { Fence, HeldLease, Lease, LeaseOwner } from '../store.ts';
import type { FolderContext } from './folder-context.ts';
import {
  type LeaseContent,
  type LeaseFile,
  type NumberedLease,
  heldLease,
  linkLease,
  readLeases,
  removeLease,
  rewriteLease,
} from './lease-file.ts';
import { writingNow } from './write-error.ts';

export interface FolderLeases {
  readonly acquire: (key: CellKey, owner: LeaseOwner, seconds: number) => Lease | HeldLease;
  /** Removes a cell's leases unless somebody else holds one. */
  readonly clear: (key: CellKey) => void;
  /** Whether somebody holds the lease of a cell, as far as this process has seen. */
  readonly isHeld: (key: CellKey) => boolean;
  /** A `LostLeaseError` where the lease that the fence is of was given back, cleared or taken over. */
  readonly check: (key: CellKey, fence: Fence) => void;
}

export function folderLeases({ layout }: Pick<FolderContext, 'layout'>): FolderLeases {
  const tokens = new Set<string>();
  const sightings = leaseSightings();
  return {
    acquire: (key, owner, seconds) => {
      const place = { folder: layout.work(key), temporary: layout.temporary };
      for (;;) {
        writingNow(place.folder, () => mkdirSync(place.folder, { recursive: true }));
        const attempt = take(place, newContent(owner, seconds), sightings);
        if (attempt.result === 'again') continue;
        if (attempt.result === 'held') return asHeld(attempt.holder, sightings);
        const { token } = attempt.lease.content;
        tokens.add(token);
        return leaseOf(place, attempt, { sightings, forget: () => tokens.delete(token) });
      }
    },
    clear: key => {
      const folder = layout.work(key);
      const leases = readLeases(folder);
      const others = leases.filter(({ content }) => content === undefined || !tokens.has(content.token));
      if (heldLease(others, sightings) !== undefined) return;
      for (const { number } of leases) removeLease(folder, number);
    },
    isHeld: key => heldLease(readLeases(layout.work(key)), sightings) !== undefined,
    check: (key, { number, token }) => {
      const newest = readLeases(layout.work(key)).at(-1);
      const own = newest?.number === number && newest.content?.token === token && !newest.content.released;
      if (!own) throw new LostLeaseError(key);
    },
  };
}

interface Place {
  readonly folder: string;
  readonly temporary: string;
}

function newContent({ host, pid, purpose }: LeaseOwner, seconds: number): LeaseContent {
  return {
    owner: { host, pid, purpose },
    process: markProcess(pid, host),
    token: randomUUID(),
    since: new Date().toISOString(),
    seconds,
    renewals: 0,
    released: false,
  };
}

function asHeld(content: LeaseContent, sightings: LeaseSightings): HeldLease {
  const { owner } = content;
  return { held: false, owner, expires: new Date(Date.now() + sightings.secondsLeft(content) * 1000) };
}

interface Taken {
  readonly result: 'taken';
  readonly lease: NumberedLease;
  /** The lease before it, where that one had not been given back. */
  readonly from: LeaseContent | undefined;
}

type Attempt = Taken | { readonly result: 'held'; readonly holder: LeaseContent } | { readonly result: 'again' };

/**
 * Tries once; `again` means that another contender was faster.
 *
 * Whoever takes or renews writes first and only then looks whether anybody else holds one. Of two who do so at the same
 * time, at least one sees the other (as in Dekker's mutual exclusion), so never do both go on.
 */
function take({ folder, temporary }: Place, content: LeaseContent, sightings: LeaseSightings): Attempt {
  const before = readLeases(folder);
  const holder = heldLease(before, sightings);
  if (holder !== undefined) return { result: 'held', holder };
  const number = (before.at(-1)?.number ?? 0) + 1;
  if (!linkLease(temporary, folder, { number, content })) return { result: 'again' };
  const others = readLeases(folder).filter(lease => lease.number !== number);
  if (heldLease(others, sightings) !== undefined) {
    removeLease(folder, number);
    return { result: 'again' };
  }
  for (const other of others) removeLease(folder, other.number);
  // Whoever asks in this process counts from now on, not from the first who asks.
  sightings.secondsLeft(content);
  const last = before.at(-1)?.content;
  return { result: 'taken', lease: { number, content }, from: last?.released === false ? last : undefined };
}

function leaseOf(
  { folder, temporary }: Place,
  { lease: { number, content }, from }: Taken,
  { sightings, forget }: { readonly sightings: LeaseSightings; readonly forget: () => void },
): Lease {
  let renewals = 0;
  const look = () => {
    const leases = readLeases(folder);
    const isOwn = (lease: LeaseFile) => lease.content?.token === content.token;
    return { own: leases.some(isOwn), others: leases.filter(lease => !isOwn(lease)) };
  };
  const rewrite = (change: Partial<LeaseContent>): boolean =>
    look().own && rewriteLease(temporary, folder, { number, content: { ...content, renewals, ...change } });
  return {
    held: true,
    fence: { number, token: content.token },
    ...(from === undefined ? {} : { takenFrom: { owner: from.owner, since: new Date(from.since) } }),
    renew: async () => {
      renewals += 1;
      if (!rewrite({})) return false;
      sightings.secondsLeft({ ...content, renewals });
      if (heldLease(look().others, sightings) === undefined) return true;
      rewrite({ released: true });
      return false;
    },
    release: async () => {
      rewrite({ released: true });
      forget();
    },
  };
}
