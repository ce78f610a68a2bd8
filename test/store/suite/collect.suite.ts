/** What every store must do with pins, and with what is thrown away. */
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../schemas/identity.ts';
import type { Pin } from '../../../schemas/pin.ts';
import type { ItemKind, Store, StoredItem } from '../../../store/store.ts';
import { keyOf, publishSample, sampleAttempt, sampleRun } from '../sample-records.ts';

const kinds: readonly ItemKind[] = ['record', 'content', 'partial', 'blob', 'work'];

export async function itemsOf(store: Store, kind: ItemKind): Promise<StoredItem[]> {
  const items: StoredItem[] = [];
  for await (const item of store.items(kind)) items.push(item);
  return items;
}

async function everything(store: Store): Promise<StoredItem[]> {
  return (await Promise.all(kinds.map(kind => itemsOf(store, kind)))).flat();
}

/** Later than anything that was written by now. */
const later = () => new Date(Date.now() + 60_000);

async function throwAway(store: Store, batch = new Date()): Promise<number> {
  return store.moveToTrash(await everything(store), { batch, unlessModifiedSince: later() });
}

export function collectSuite(current: () => Store): void {
  describe('pins', () => {
    const run: Pin = { pin: 'run', run: 'study-1', at: '2026-01-03T00:00:00.000Z' };
    const cell: Pin = { pin: 'cell', key: keyOf('a'), name: 'a', at: '2026-01-02T00:00:00.000Z' };

    test('are there until they are taken away, once each, oldest first', async () => {
      expect(await current().pins()).toEqual([]);
      for (const pin of [run, cell, run]) await current().pin(pin);
      expect(await current().pins()).toEqual([cell, run]);
      expect(await current().unpin(run)).toBe(true);
      expect(await current().unpin(run)).toBe(false);
      expect(await current().pins()).toEqual([cell]);
    });
  });

  describe('what is thrown away', () => {
    test('items are all that is in the store, with their sizes', async () => {
      const plan = await current().put(Buffer.from('plan'));
      const { run } = await current().createRun(sampleRun('study', plan));
      const { record } = await publishSample(current(), 'a');
      await publishSample(current(), 'b', { partial: true, run });
      const names = async (kind: ItemKind) => (await itemsOf(current(), kind)).map(({ name }) => name).sort();
      expect(await names('record')).toEqual([record.key]);
      expect(await names('content')).toEqual([record.content_key, keyOf('content of b')].sort());
      expect(await names('partial')).toEqual([`${run}/${keyOf('b')}`]);
      expect(await names('blob')).toEqual([plan, digestOf('"a"'), digestOf('"b"')].sort());
      const blobs = await itemsOf(current(), 'blob');
      expect(blobs.find(({ name }) => name === plan)?.bytes).toBe(4);
      expect(Math.abs((blobs[0]?.modified.getTime() ?? 0) - Date.now())).toBeLessThan(10_000);
    });

    test('comes back with any look-up', async () => {
      const { run } = await current().createRun(sampleRun('study', digestOf('plan')));
      const { record } = await publishSample(current(), 'a');
      const { record: partial } = await publishSample(current(), 'b', { partial: true, run });
      const digest = record.outputs['out']!.digest;
      const lookUps: readonly (readonly [() => Promise<unknown>, unknown])[] = [
        [() => current().record(record.key), record],
        [() => current().recordByContent(record.content_key), record],
        [() => current().record(partial.key, run), partial],
        [() => current().haveRecords([record.key, keyOf('other')]), [true, false]],
        [() => current().has(digest), true],
        [() => current().verify(digest), undefined],
        [async () => Buffer.from(await current().get(digest, { verify: true })).toString(), '"a"'],
        [async () => (await current().open(digest)).bytes, 3],
        [() => current().put(Buffer.from('"a"')), digest],
        [() => current().publish(record), expect.stringMatching(/published|exists/)],
      ];
      for (const [lookUp, expected] of lookUps) {
        await throwAway(current());
        expect(await lookUp()).toEqual(expected);
      }
      expect(await current().record(record.key)).toEqual(record);
      expect(Buffer.from(await current().get(digest)).toString()).toBe('"a"');
    });

    test('is not in place, is counted by batch, and comes back whole', async () => {
      await publishSample(current(), 'a');
      const before = await everything(current());
      const first = new Date(Date.now() - 5000);
      expect(await throwAway(current(), first)).toBe(3);
      await publishSample(current(), 'b');
      const second = new Date();
      expect(await throwAway(current(), second)).toBe(3);
      expect(await everything(current())).toEqual([]);
      const batches = await current().trash();
      expect(batches.map(({ batch, items }) => [batch, items])).toEqual([
        [first, 3],
        [second, 3],
      ]);
      expect(batches[0]?.bytes).toBe(before.reduce((sum, { bytes }) => sum + bytes, 0));
      expect(await current().restoreTrash()).toBe(6);
      expect(await everything(current())).toHaveLength(6);
      expect(await current().trash()).toEqual([]);
      expect(await current().restoreTrash()).toBe(0);
    });

    test('work at a cell is one item, and comes back with whoever goes on with it', async () => {
      const key = keyOf('begun');
      const owner = { host: 'h', pid: 1, purpose: 'p' };
      const goOn: readonly (readonly [() => Promise<unknown>, unknown])[] = [
        [() => current().checkpoint(key), new Uint8Array([1, 2, 3])],
        [() => current().attempts(key), [sampleAttempt]],
        [() => current().workFolder(key), expect.any(String)],
        [() => current().acquireLease(key, owner, 60), expect.objectContaining({ held: true })],
      ];
      await current().addAttempt(key, sampleAttempt);
      await current().saveCheckpoint(key, new Uint8Array([1, 2, 3]));
      for (const [look, expected] of goOn) {
        const items = await itemsOf(current(), 'work');
        expect(items.map(({ name }) => name)).toEqual([key]);
        expect(items[0]!.bytes).toBeGreaterThanOrEqual(3);
        expect(await throwAway(current())).toBe(1);
        expect(await itemsOf(current(), 'work')).toEqual([]);
        expect(await look()).toEqual(expected);
        expect(await current().checkpoint(key)).toEqual(new Uint8Array([1, 2, 3]));
      }
      await throwAway(current(), new Date(0));
      await current().purgeTrash(new Date(0));
      expect(await current().checkpoint(key)).toBeUndefined();
      expect(await current().attempts(key)).toEqual([]);
    });

    test('leaves alone what was written or needed since', async () => {
      const { record } = await publishSample(current(), 'a');
      const items = await everything(current());
      const none = { batch: new Date(), unlessModifiedSince: new Date(Date.now() - 60_000) };
      expect(await current().moveToTrash(items, none)).toBe(0);
      expect(await current().record(record.key)).toEqual(record);
    });

    test('is gone once it is purged, and other batches are not', async () => {
      const { record: old } = await publishSample(current(), 'a');
      const first = new Date(Date.now() - 5000);
      await throwAway(current(), first);
      const { record: recent } = await publishSample(current(), 'b');
      await throwAway(current());
      await current().purgeTrash(first);
      await current().purgeTrash(first);
      expect(await current().record(old.key)).toBeUndefined();
      expect(await current().has(old.outputs['out']!.digest)).toBe(false);
      expect(await current().haveRecords([old.key, recent.key])).toEqual([false, true]);
      expect(await current().record(recent.key)).toEqual(recent);
    });

    test('still was the first: publishing its key again finds it there', async () => {
      const { record } = await publishSample(current(), 'a', { seconds: 1 });
      await throwAway(current());
      await current().put(Buffer.from('"a"'));
      expect(await current().publish({ ...record, seconds: 2 })).toBe('exists');
      expect(await current().record(record.key)).toEqual(record);
      expect(await current().recordByContent(record.content_key)).toEqual(record);
    });
  });
}
