import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addTally, emptyTally, tallyOf } from '../../workflows/tally.ts';

const states = fc.array(fc.constantFrom('cached', 'done', 'failed', 'blocked', 'skipped', 'cancelled' as const));

test('a tally counts each way of ending', () => {
  expect(tallyOf(['done', 'failed', 'done', 'cached'])).toEqual({ ...emptyTally, done: 2, failed: 1, cached: 1 });
  expect(tallyOf([])).toEqual(emptyTally);
});

test('the sum of two tallies is the tally of both lists', () => {
  fc.assert(
    fc.property(states, states, (some, others) => {
      expect(addTally(tallyOf(some), tallyOf(others))).toEqual(tallyOf([...some, ...others]));
    }),
  );
  expect(emptyTally).toEqual({ cached: 0, done: 0, failed: 0, blocked: 0, skipped: 0, cancelled: 0 });
});
