/** What every store must do with records of cells. */
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../schemas/identity.ts';
import { MissingRunError, UnstoredOutputError } from '../../../store/errors.ts';
import type { Store } from '../../../store/store.ts';
import { keyOf, publishSample, sampleNote, sampleRecord, sampleRun } from '../sample-records.ts';

const text = (value: string) => new TextEncoder().encode(value);

export function recordSuite(current: () => Store): void {
  describe('records', () => {
    test('a published record is found by key and by content key, and comes back equal', async () => {
      const { record, result } = await publishSample(current(), 'a');
      expect(result).toBe('published');
      expect(await current().record(record.key)).toEqual(record);
      expect(await current().recordByContent(record.content_key)).toEqual(record);
      expect(await current().record(keyOf('other'))).toBeUndefined();
      expect(await current().recordByContent(record.key)).toBeUndefined();
    });

    test('the first to publish a key wins', async () => {
      const { record } = await publishSample(current(), 'a', { seconds: 1 });
      const second = { ...record, seconds: 2, content_key: keyOf('another content') };
      expect(await current().publish(second)).toBe('exists');
      expect(await current().record(record.key)).toEqual(record);
      expect(await current().recordByContent(second.content_key)).toBeUndefined();
    });

    test('one of many who publish a key at once is told that it did', async () => {
      const output = await current().put(text('{}'));
      const records = Array.from({ length: 20 }, (_, seconds) => sampleRecord('a', output, { seconds }));
      const results = await Promise.all(records.map(record => current().publish(record)));
      expect(results.filter(result => result === 'published')).toHaveLength(1);
      const winner = records[results.indexOf('published')]!;
      expect(await current().record(winner.key)).toEqual(winner);
      expect(await current().recordByContent(winner.content_key)).toEqual(winner);
    });

    test('of two records with one content key the earlier answers for the content', async () => {
      const content_key = keyOf('shared content');
      const { record: first } = await publishSample(current(), 'a', { content_key });
      const { record: second } = await publishSample(current(), 'b', { content_key, reused_from: first.key });
      expect(await current().recordByContent(content_key)).toEqual(first);
      expect(await current().record(second.key)).toEqual(second);
    });

    test('a partial record answers for its own run and its content alone', async () => {
      const plan = await current().put(text('plan'));
      const { run } = await current().createRun(sampleRun('study', plan));
      const other = await current().createRun(sampleRun('study', plan));
      const { record, result } = await publishSample(current(), 'a', { partial: true, run });
      expect(result).toBe('published');
      expect(await current().record(record.key)).toBeUndefined();
      expect(await current().record(record.key, other.run)).toBeUndefined();
      expect(await current().record(record.key, run)).toEqual(record);
      expect(await current().recordByContent(record.content_key)).toEqual(record);
      expect(await current().haveRecords([record.key])).toEqual([false]);
      expect(await current().haveRecords([record.key], run)).toEqual([true]);
      expect(await current().publish(record)).toBe('exists');
      expect(await current().publish({ ...record, partial: false })).toBe('published');
      expect(await current().record(record.key)).toMatchObject({ partial: false });
    });

    test('a partial record of a run that is not there is refused', async () => {
      await expect(publishSample(current(), 'a', { partial: true, run: 'study-9' })).rejects.toThrow(MissingRunError);
    });

    test('a record is refused while one of its outputs is not in the store', async () => {
      const record = sampleRecord('a', digestOf('never stored'));
      await expect(current().publish(record)).rejects.toThrow(UnstoredOutputError);
      expect(await current().record(record.key)).toBeUndefined();
    });

    test('a record that could not be read back is refused', async () => {
      await expect(publishSample(current(), 'a', { seconds: Number.NaN })).rejects.toThrow('internal:');
      expect(await current().haveRecords([keyOf('a')])).toEqual([false]);
    });

    test.each([3, 60, 700])('a bulk look-up of %i keys says of each whether it is there', async count => {
      const output = await current().put(text('{}'));
      const names = Array.from({ length: count }, (_, index) => `cell ${index}`);
      const present = names.filter((_, index) => index % 3 === 0).slice(0, 40);
      await Promise.all(present.map(each => current().publish(sampleRecord(each, output))));
      expect(await current().haveRecords(names.map(keyOf))).toEqual(names.map(each => present.includes(each)));
    });

    test('two results of one key are noted once, oldest first', async () => {
      expect(await current().nondeterminism()).toEqual([]);
      const later = sampleNote('a', '2026-01-03T00:00:00.000Z');
      const early = sampleNote('b', '2026-01-02T00:00:00.000Z');
      for (const note of [later, early, { ...later, at: '2026-01-04T00:00:00.000Z' }])
        await current().noteNondeterminism(note);
      expect(await current().nondeterminism()).toEqual([early, later]);
    });

    test('keys are found by their beginning, sorted and at most as many as asked for', async () => {
      const keys = await Promise.all(
        ['a', 'b', 'c'].map(async each => (await publishSample(current(), each)).record.key),
      );
      for (const key of keys) expect(await current().keysLike(key.slice(0, 8), 5)).toEqual([key]);
      expect(await current().keysLike(keys[0]!, 0)).toEqual([]);
      expect(await current().keysLike('zzzz', 5)).toEqual([]);
      expect(await current().keysLike('../..', 5)).toEqual([]);
      await expect(current().keysLike('abc', 5)).rejects.toThrow('at least 4');
    });

    test('an artifact leads to the record that computed it, not to one that reused it', async () => {
      const output = await current().put(text('shared'));
      const content_key = keyOf('shared content');
      const origin = sampleRecord('origin', output, { content_key });
      for (const each of ['r1', 'r2', 'r3']) {
        await current().publish(sampleRecord(each, output, { content_key, reused_from: origin.key }));
      }
      await current().publish(origin);
      expect((await current().recordOfArtifact(output))?.key).toBe(origin.key);
      expect(await current().recordOfArtifact(digestOf('nobody made this'))).toBeUndefined();
    });
  });
}
