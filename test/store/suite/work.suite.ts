/** What every store must do with leases, attempts and checkpoints. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Lease, LeaseOwner, Store } from '../../../store/store.ts';
import { LostLeaseError } from '../../../store/errors.ts';
import { keyOf, sampleAttempt, sampleRecord } from '../sample-records.ts';

const text = (value: string) => new TextEncoder().encode(value);

const me: LeaseOwner = { host: hostname(), pid: process.pid, purpose: 'a test' };

export function workSuite(current: () => Store): void {
  describe('work under way', () => {
    const key = keyOf('work');
    beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }));
    afterEach(() => void vi.useRealTimers());
    const pass = (seconds: number) => void vi.advanceTimersByTime(seconds * 1000);
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

    test.each([
      ['forward', 86_400_000],
      ['back', -86_400_000],
    ])('a calendar that jumps a day %s ends no lease, and lengthens none', async (_, jump) => {
      const lease = await take(10);
      vi.setSystemTime(Date.now() + jump);
      pass(8);
      expect((await current().acquireLease(key, me, 1)).held).toBe(false);
      expect(await lease.renew()).toBe(true);
      vi.setSystemTime(Date.now() - jump);
      pass(8);
      expect((await current().acquireLease(key, me, 1)).held).toBe(false);
      pass(3);
      expect((await current().acquireLease(key, me, 1)).held).toBe(true);
    });

    test('a fence shows that the lease is still held: writes with it are taken', async () => {
      const { fence } = await take();
      await current().addAttempt(key, sampleAttempt, fence);
      await current().saveCheckpoint(key, text('step 1'), fence);
      await current().saveCheckpoint(key, text('step 2'), fence);
      expect(await current().checkpoint(key)).toEqual(text('step 2'));
      const output = await current().put(text('{}'));
      expect(await current().publish(sampleRecord('work', output), fence)).toBe('published');
      await current().clearWork(key, fence);
      expect(await current().checkpoint(key)).toBeUndefined();
      expect(await current().attempts(key)).toEqual([]);
    });

    test.each(['taken over', 'given back', 'cleared'] as const)(
      'a late writer whose lease was %s writes nothing any more',
      async how => {
        const late = await take(10);
        await current().saveCheckpoint(key, text('of the late one'), late.fence);
        if (how === 'given back') await late.release();
        if (how === 'cleared') await current().clearWork(key, late.fence);
        pass(11);
        const output = await current().put(text('{}'));
        const next = how === 'taken over' ? await take() : undefined;
        if (next !== undefined) await current().saveCheckpoint(key, text('of its successor'), next.fence);
        const before = [await current().checkpoint(key), await current().attempts(key)];
        const writes = [
          () => current().saveCheckpoint(key, text('too late'), late.fence),
          () => current().addAttempt(key, sampleAttempt, late.fence),
          () => current().clearWork(key, late.fence),
          () => current().publish(sampleRecord('work', output), late.fence),
        ];
        for (const write of writes) await expect(write()).rejects.toThrow(LostLeaseError);
        expect([await current().checkpoint(key), await current().attempts(key)]).toEqual(before);
        expect(await current().record(key)).toBeUndefined();
        if (next !== undefined) expect(await next.renew()).toBe(true);
      },
    );

    test('a successor goes on from the checkpoint of the one before', async () => {
      const first = await take(10);
      await current().saveCheckpoint(key, text('step 1'), first.fence);
      pass(11);
      const second = await take();
      expect(await current().checkpoint(key)).toEqual(text('step 1'));
      await current().saveCheckpoint(key, text('step 2'), second.fence);
      expect(await current().checkpoint(key)).toEqual(text('step 2'));
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
