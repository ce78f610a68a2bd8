/** What a lease's holder and its contenders do when one acts in the middle of what the other does. */
import type * as fs from 'node:fs';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type FolderLeases, folderLeases } from '../../../store/folder/folder-leases.ts';
import { layoutOf } from '../../../store/folder/layout.ts';
import type { HeldLease, Lease } from '../../../store/store.ts';
import { keyOf } from '../sample-records.ts';

/** Done once, just before the next link or rename of a lease. */
const interruption = vi.hoisted(() => ({ linkSync: () => {}, renameSync: () => {} }));

vi.mock('node:fs', async importOriginal => {
  const actual = await importOriginal<typeof fs>();
  const interrupted = (call: 'linkSync' | 'renameSync') => (from: string, to: string) => {
    const interrupt = interruption[call];
    if (to.includes('lease-')) {
      interruption[call] = () => {};
      interrupt();
    }
    return actual[call](from, to);
  };
  return { ...actual, linkSync: interrupted('linkSync'), renameSync: interrupted('renameSync') };
});

let root: string;
let leases: FolderLeases;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'espalier-lease-'));
  const layout = layoutOf(root);
  mkdirSync(layout.temporary);
  leases = folderLeases({ layout });
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(root, { recursive: true });
});

const key = keyOf('contested');

const acquire = (purpose: string): Lease | HeldLease =>
  leases.acquire(key, { host: hostname(), pid: process.pid, purpose }, 10);

function take(purpose: string): Lease {
  const lease = acquire(purpose);
  if (!lease.held) throw new Error(`held by ${lease.owner.purpose}`);
  return lease;
}

/** A lease that ran out a second ago. */
function takeAndSleep(purpose: string): Lease {
  const lease = take(purpose);
  vi.setSystemTime(Date.now() + 11_000);
  return lease;
}

test('a contender that finds the lease run out gives way to a renewal that comes before its own link', async () => {
  const late = takeAndSleep('late');
  let renewed: Promise<boolean> | undefined;
  interruption.linkSync = () => {
    renewed = late.renew();
  };
  expect(acquire('contender')).toMatchObject({ held: false, owner: { purpose: 'late' } });
  expect(await renewed).toBe(true);
  expect(await late.renew()).toBe(true);
});

test('a renewal that comes late gives way to a contender that linked before it was written', async () => {
  const late = takeAndSleep('late');
  let contender: Lease | undefined;
  interruption.renameSync = () => {
    contender = take('contender');
  };
  expect(await late.renew()).toBe(false);
  expect(await contender?.renew()).toBe(true);
  expect(acquire('third')).toMatchObject({ held: false, owner: { purpose: 'contender' } });
  await late.release();
  expect(acquire('third')).toMatchObject({ held: false, owner: { purpose: 'contender' } });
});

test('of two contenders that find a lease free at once, the second sees the first', () => {
  let first: Lease | undefined;
  interruption.linkSync = () => {
    first = take('first');
  };
  expect(acquire('second')).toMatchObject({ held: false, owner: { purpose: 'first' } });
  expect(first?.held).toBe(true);
});

test('a contender that slept through whole leases does not disturb the one that holds now', async () => {
  takeAndSleep('old');
  let holder: Lease | undefined;
  interruption.linkSync = () => {
    // While the contender sleeps, others come and go; their files have the numbers it was about to use, or later ones.
    void take('short').release();
    void take('shorter').release();
    holder = take('holder');
  };
  expect(acquire('slow')).toMatchObject({ held: false, owner: { purpose: 'holder' } });
  expect(await holder?.renew()).toBe(true);
});

test('a contender that slept while the work was done and cleared does not disturb the one that holds now', async () => {
  takeAndSleep('old');
  let holder: Lease | undefined;
  interruption.linkSync = () => {
    void take('short').release();
    leases.clear(key);
    holder = take('holder');
  };
  expect(acquire('slow')).toMatchObject({ held: false, owner: { purpose: 'holder' } });
  expect(await holder?.renew()).toBe(true);
});
