/** What every store must do with leases, attempts and checkpoints. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Lease, LeaseOwner, Store } from '../../../store/store.ts';
import { keyOf, sampleAttempt } from '../sample-records.ts';

const text = (value: string) => new TextEncoder().encode(value);

const me: LeaseOwner = { host: hostname(), pid: process.pid, purpose: 'a test' };

export function workSuite(current: () => Store): void {
  describe('work under way', () => {
    const key = keyOf('work');
    beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
    afterEach(() => void vi.useRealTimers());
    const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);
    const take = async (seconds = 60, owner = me) => {
      const lease = await current().acquireLease(key, owner, seconds);
      if (!lease.held) throw new Error('the lease is held');
      return lease;
    };

    test('a held lease is refused to others, with its owner and its end', async () => {
      const before = Date.now();
      await take();
      const second = await current().acquireLease(key, { ...me, purpose: 'another' }, 60);
      expect(second).toMatchObject({ held: false, owner: me });
      const expires = second.held ? 0 : second.expires.getTime();
      expect(expires).toBeGreaterThanOrEqual(before + 60_000);
      expect(expires).toBeLessThanOrEqual(Date.now() + 60_000);
    });

    test('a released lease is free again, and taken from nobody', async () => {
      const lease = await take();
      await lease.release();
      expect((await take()).takenFrom).toBeUndefined();
    });

    test('a renewed lease outlives its first end', async () => {
      const lease = await take(10);
      pass(8);
      expect(await lease.renew()).toBe(true);
      pass(8);
      expect((await current().acquireLease(key, me, 1)).held).toBe(false);
    });

    test('a lease whose time ran out is taken over, and its holder learns of it', async () => {
      const since = Date.now();
      const first = await take(10);
      pass(11);
      const second = await take();
      expect(second.takenFrom?.owner).toEqual(me);
      expect(second.takenFrom!.since.getTime()).toBeGreaterThanOrEqual(since);
      expect(await first.renew()).toBe(false);
      await first.release();
      expect((await current().acquireLease(key, me, 60)).held).toBe(false);
      expect(await second.renew()).toBe(true);
    });

    test('a lease that ran out and that nobody wanted can still be renewed', async () => {
      const lease = await take(10);
      pass(11);
      expect(await lease.renew()).toBe(true);
    });

    test('the lease of a dead process of this host is taken over at once', async () => {
      const dead = spawnSync(process.execPath, ['--version']).pid;
      await take(3600, { host: hostname(), pid: dead, purpose: 'died' });
      expect((await take()).takenFrom?.owner.purpose).toBe('died');
    });

    test('the lease of a process of another host is left alone until its end', async () => {
      await take(3600, { host: 'another-host.invalid', pid: 1, purpose: 'far away' });
      expect((await current().acquireLease(key, me, 60)).held).toBe(false);
    });

    test('one of many contenders gets the lease', async () => {
      const leases = await Promise.all(Array.from({ length: 30 }, () => current().acquireLease(key, me, 60)));
      expect(leases.filter(lease => lease.held)).toHaveLength(1);
    });

    test('attempts come back in order, and a checkpoint is the last one saved', async () => {
      expect(await current().attempts(key)).toEqual([]);
      expect(await current().checkpoint(key)).toBeUndefined();
      const second = { ...sampleAttempt, class: 'diverged', message: 'line one\nline two' } as const;
      await current().addAttempt(key, sampleAttempt);
      await current().addAttempt(key, second);
      expect(await current().attempts(key)).toEqual([sampleAttempt, second]);
      await current().saveCheckpoint(key, text('step 1'));
      await current().saveCheckpoint(key, text('step 2, longer'));
      expect(await current().checkpoint(key)).toEqual(text('step 2, longer'));
      expect(await current().checkpoint(keyOf('other'))).toBeUndefined();
    });

    test('a cell’s folder is kept with what programs write there, and gone when the work is cleared', async () => {
      const folder = await current().workFolder(key);
      mkdirSync(path.join(folder, 'checkpoints'));
      writeFileSync(path.join(folder, 'checkpoints', 'state'), 'step 1');
      expect(await current().workFolder(key)).toBe(folder);
      expect(readFileSync(path.join(folder, 'checkpoints', 'state'), 'utf8')).toBe('step 1');
      expect(await current().workFolder(keyOf('other'))).not.toBe(folder);
      await current().clearWork(key);
      await current().clearWork(keyOf('other'));
      expect(existsSync(folder)).toBe(false);
    });

    test('cleared work is gone, with the own lease', async () => {
      const lease: Lease = await take();
      await current().addAttempt(key, sampleAttempt);
      await current().saveCheckpoint(key, text('step 1'));
      await current().clearWork(key);
      await current().clearWork(key);
      expect(await current().attempts(key)).toEqual([]);
      expect(await current().checkpoint(key)).toBeUndefined();
      expect(await lease.renew()).toBe(false);
      await lease.release();
      await take();
    });
  });
}
