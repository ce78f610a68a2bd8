/** Leases on cells: who is at one now, kept in files so that all processes of a store see them. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { CellKey } from '../../schemas/identity.ts';
import { markProcess } from '../process-life.ts';
import type { HeldLease, Lease, LeaseOwner } from '../store.ts';
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
}

export function folderLeases({ layout }: Pick<FolderContext, 'layout'>): FolderLeases {
  const tokens = new Set<string>();
  return {
    acquire: (key, owner, seconds) => {
      const place = { folder: layout.work(key), temporary: layout.temporary };
      for (;;) {
        writingNow(place.folder, () => mkdirSync(place.folder, { recursive: true }));
        const attempt = take(place, newContent(owner, seconds));
        if (attempt.result === 'again') continue;
        if (attempt.result === 'held') return asHeld(attempt.holder);
        const { token } = attempt.lease.content;
        tokens.add(token);
        return leaseOf(place, attempt, { seconds, forget: () => tokens.delete(token) });
      }
    },
    clear: key => {
      const folder = layout.work(key);
      const leases = readLeases(folder);
      const others = leases.filter(({ content }) => content === undefined || !tokens.has(content.token));
      if (heldLease(others, Date.now()) !== undefined) return;
      for (const { number } of leases) removeLease(folder, number);
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
    expires: expiryAfter(seconds),
    released: false,
  };
}

function expiryAfter(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}

function asHeld({ owner, expires }: LeaseContent): HeldLease {
  return { held: false, owner, expires: new Date(expires) };
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
function take({ folder, temporary }: Place, content: LeaseContent): Attempt {
  const before = readLeases(folder);
  const holder = heldLease(before, Date.now());
  if (holder !== undefined) return { result: 'held', holder };
  const number = (before.at(-1)?.number ?? 0) + 1;
  if (!linkLease(temporary, folder, { number, content })) return { result: 'again' };
  const others = readLeases(folder).filter(lease => lease.number !== number);
  if (heldLease(others, Date.now()) !== undefined) {
    removeLease(folder, number);
    return { result: 'again' };
  }
  for (const other of others) removeLease(folder, other.number);
  const last = before.at(-1)?.content;
  return { result: 'taken', lease: { number, content }, from: last?.released === false ? last : undefined };
}

function leaseOf(
  { folder, temporary }: Place,
  { lease: { number, content }, from }: Taken,
  { seconds, forget }: { readonly seconds: number; readonly forget: () => void },
): Lease {
  const look = () => {
    const leases = readLeases(folder);
    const isOwn = (lease: LeaseFile) => lease.content?.token === content.token;
    return { own: leases.some(isOwn), others: leases.filter(lease => !isOwn(lease)) };
  };
  const rewrite = (change: Partial<LeaseContent>): boolean =>
    look().own && rewriteLease(temporary, folder, { number, content: { ...content, ...change } });
  return {
    held: true,
    ...(from === undefined ? {} : { takenFrom: { owner: from.owner, since: new Date(from.since) } }),
    renew: async () => {
      if (!rewrite({ expires: expiryAfter(seconds) })) return false;
      if (heldLease(look().others, Date.now()) === undefined) return true;
      rewrite({ released: true });
      return false;
    },
    release: async () => {
      rewrite({ released: true });
      forget();
    },
  };
}
