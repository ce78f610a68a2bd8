/** Merging logs and their cursors. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../schemas/run.ts';
import { decodeCursor, encodeCursor, mergeByTime } from '../../store/event-page.ts';
import { started } from './sample-records.ts';

const logs = fc.array(fc.array(fc.nat({ max: 20 }), { maxLength: 12 }), { maxLength: 6 });

test('a merge keeps every event, and the order within each log', () => {
  fc.assert(
    fc.property(logs, seconds => {
      const events = seconds.map((log, index) => log.map((second, at) => started(index * 100 + at, second)));
      const merged = mergeByTime(events);
      expect(merged).toHaveLength(events.flat().length);
      for (const log of events) expect(merged.filter(event => log.includes(event))).toEqual(log);
    }),
  );
});

test('logs that are each in order are merged in order, the earlier log first among equals', () => {
  fc.assert(
    fc.property(logs, seconds => {
      const events = seconds.map((log, index) => log.sort((a, b) => a - b).map(second => started(index, second)));
      const order = (event: RunEvent) => [Date.parse(event.at), 'cell' in event ? event.cell : 0] as const;
      const merged = mergeByTime(events).map(order);
      expect(merged).toEqual(merged.toSorted(([a, first], [b, second]) => a - b || first - second));
    }),
  );
});

test('times are compared as times, however they are written', () => {
  const at = (text: string): RunEvent => ({ event: 'run-paused', at: text });
  const [first, second] = [at('2026-01-02T00:00:00Z'), at('2026-01-02T00:00:00.500Z')];
  expect(mergeByTime([[second], [first]])).toEqual([first, second]);
});

test('a cursor keeps offsets, and names without meaning are refused', () => {
  const offsets = { 'host-1-ab.ndjson': 12, __proto__x: 3 };
  expect(decodeCursor(encodeCursor(offsets))).toEqual(offsets);
  expect(decodeCursor(undefined)).toEqual({});
  for (const cursor of ['', '????', encodeCursor({ a: -1 }), encodeCursor({ a: 0.5 })]) {
    expect(() => decodeCursor(cursor)).toThrow('no cursor of an event log');
  }
});
