/** A process that is stopped (SIGSTOP) longer than its lease and then goes on: it can do no harm any more. */
import { mkdtemp, rm } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFolderStore } from '../../../store/folder/open-folder-store.ts';
import type { Lease } from '../../../store/store.ts';
import { buildProgram, startProgram } from '../programs.ts';
import { keyOf, sampleAttempt, sampleRecord } from '../sample-records.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'espalier-stopped-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.skipIf(process.platform === 'win32')(
  'what a stopped owner writes after its lease was taken over is refused, and its successor is not disturbed',
  async () => {
    const root = path.join(folder, 'store');
    const store = await openFolderStore(root);
    const late = startProgram(buildProgram('late-writer', folder), [root]);
    try {
      await late.said('working');
      const key = keyOf('work');
      const owner = { host: hostname(), pid: process.pid, purpose: 'the successor' };
      // It renews: as long as it does, nobody gets the lease, however often they ask.
      for (let asked = 0; asked < 8; asked += 1) {
        expect((await store.acquireLease(key, owner, 60)).held).toBe(false);
        await wait(200);
      }
      late.child.kill('SIGSTOP');
      const lease = await takeOver(() => store.acquireLease(key, owner, 60));
      expect(lease.takenFrom?.owner.purpose).toBe('the late one');
      expect(Buffer.from((await store.checkpoint(key))!).toString()).toBe('of the late one');
      await store.addAttempt(key, sampleAttempt, lease.fence);
      await store.saveCheckpoint(key, Buffer.from('of the successor'), lease.fence);
      late.child.kill('SIGCONT');
      late.child.stdin.write('go on\n');
      const { lines, errors } = await late.ended;
      expect(errors).toBe('');
      expect(lines.slice(1)).toEqual([
        'saveCheckpoint lost',
        'addAttempt lost',
        'publish lost',
        'clearWork lost',
        'renew false',
      ]);
      expect(await lease.renew()).toBe(true);
      expect(Buffer.from((await store.checkpoint(key))!).toString()).toBe('of the successor');
      expect(await store.attempts(key)).toEqual([sampleAttempt]);
      const output = await store.put(Buffer.from('of the successor'));
      expect(await store.publish(sampleRecord('work', output), lease.fence)).toBe('published');
      await store.clearWork(key, lease.fence);
      expect(readdirSync(path.join(root, 'work'))).toEqual([]);
      expect(readdirSync(path.join(root, 'temp'))).toEqual([]);
    } finally {
      late.child.kill('SIGKILL');
      await late.ended;
    }
  },
  30_000,
);

async function takeOver(acquire: () => Promise<{ readonly held: boolean } | Lease>): Promise<Lease> {
  for (;;) {
    const lease = await acquire();
    if (lease.held && 'fence' in lease) return lease;
    await wait(100);
  }
}
