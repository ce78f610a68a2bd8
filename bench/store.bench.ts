/** How fast the folder store publishes and looks up: `npx vitest run --config bench/vitest.config.ts bench/store`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { openFolderStore } from '../store/folder/open-folder-store.ts';
import type { Store } from '../store/store.ts';
import { keyOf, sampleRecord, sampleRun, started } from '../test/store/sample-records.ts';
import { atOnce, measure, printHead } from './measure.ts';

let root: string;
const open = async (name: string): Promise<Store> => openFolderStore(path.join(root, name));

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'espalier-bench-'));
  printHead('folder store');
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('publish', { timeout: 600_000 }, async () => {
  for (const lanes of [1, 16, 64]) {
    const store = await open(`publish-${lanes}`);
    const count = lanes === 1 ? 200 : 1000;
    await measure(`${count} blobs of 200 B, each with a record, ${lanes} at a time`, count, () =>
      atOnce(lanes, count, async index => {
        const digest = await store.put(Buffer.from(`${index}`.padEnd(200)));
        await store.publish(sampleRecord(`cell ${index}`, digest));
      }),
    );
  }
});

test('look-ups', { timeout: 600_000 }, async () => {
  const store = await open('publish-16');
  const output = await store.put(Buffer.from('{}'));
  const absent = Array.from({ length: 10_000 }, (_, index) => keyOf(`absent ${index}`));
  const present = Array.from({ length: 10_000 }, (_, index) => keyOf(`present ${index}`));
  await measure('haveRecords of 10,000 keys, none there', 10_000, () => store.haveRecords(absent));
  await measure('publish 10,000 records of one blob, 64 at a time', 10_000, () =>
    atOnce(64, 10_000, async index => {
      await store.publish(sampleRecord(`present ${index}`, output));
    }),
  );
  for (let repeat = 0; repeat < 3; repeat += 1) {
    await measure('haveRecords of 10,000 keys, all there', 10_000, () => store.haveRecords(present));
  }
  await measure('record of 1,000 keys, 16 at a time', 1000, () =>
    atOnce(16, 1000, async index => {
      await store.record(present[index]!);
    }),
  );
  await measure('recordOfArtifact over 11,000 records, not found', 1, () =>
    store.recordOfArtifact(sampleRecord('x', output).outputs['out']!.digest.replace(/./g, '0') as typeof output),
  );
});

test('work and events', { timeout: 600_000 }, async () => {
  const store = await open('work');
  const plan = await store.put(Buffer.from('plan'));
  const { run } = await store.createRun(sampleRun('bench', plan));
  const owner = { host: 'host', pid: 1, purpose: 'bench' };
  await measure('500 leases taken, renewed, released and cleared', 500, () =>
    atOnce(1, 500, async index => {
      const key = keyOf(`lease ${index}`);
      const lease = await store.acquireLease(key, owner, 60);
      if (lease.held) {
        await lease.renew();
        await lease.release();
      }
      await store.clearWork(key);
    }),
  );
  await measure('10,000 events, 64 calls of one at a time', 10_000, () =>
    atOnce(64, 10_000, index => store.appendEvents(run, [started(index, index % 60)])),
  );
  await measure('all 10,000 events read back', 10_000, () => store.events(run));
  const checkpoint = new Uint8Array(64 * 2 ** 20).fill(1);
  await measure('a checkpoint of 64 MiB', 1, () => store.saveCheckpoint(keyOf('checkpoint'), checkpoint));
  await measure('a blob of 64 MiB put', 1, () => store.put(checkpoint));
});
