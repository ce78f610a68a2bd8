import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mean, standardDeviation, sum, variance } from '../../stats/moments.ts';
import { median, quantile } from '../../stats/quantile.ts';
import { midRanks, tiedGroups } from '../../stats/ranks.ts';
import { requireFinite, UnsuitableDataError } from '../../stats/unsuitable-data-error.ts';

test('sums keep what plain addition loses', () => {
  expect(sum([1e16, 1, -1e16])).toBe(1);
  expect(sum([Number.POSITIVE_INFINITY, 1])).toBe(Number.POSITIVE_INFINITY);
  expect(sum([Number.NaN, 1])).toBeNaN();
});

test('mean, variance and standard deviation use n and n − 1', () => {
  expect(mean([2, 4, 9])).toBe(5);
  expect(variance([2, 4, 9])).toBe(13);
  expect(standardDeviation([2, 4, 9])).toBeCloseTo(Math.sqrt(13), 15);
  expect(mean([])).toBeNaN();
  expect(variance([3])).toBeNaN();
});

test('the spread of numbers far from 0 is not lost', () => {
  expect(variance([1e9 + 1, 1e9 + 2, 1e9 + 3])).toBe(1);
});

test('quantiles interpolate between order statistics', () => {
  const values = [3, 1, 4, 1, 5, 9, 2, 6];
  expect([0.1, 0.25, 0.5, 0.9].map(p => quantile(values, p))).toEqual([1, 1.75, 3.5, expect.closeTo(6.9, 12)]);
  expect(median([5, 1])).toBe(3);
  expect(quantile([1, Number.POSITIVE_INFINITY], 0)).toBe(1);
  expect(quantile([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 0.3)).toBe(Number.POSITIVE_INFINITY);
  expect(quantile([], 0.5)).toBeNaN();
});

test('tied values share the mean of their ranks', () => {
  expect([...midRanks([10, 20, 20, 5, 20])]).toEqual([2, 4, 4, 1, 4]);
  expect(tiedGroups([7, 7, 3]).map(({ before, members }) => [before, [...members].toSorted((a, b) => a - b)])).toEqual([
    [0, [2]],
    [1, [0, 1]],
  ]);
});

test('ranks do not depend on scale or shift and sum to n(n + 1)/2', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 30 }), values => {
      const ranks = midRanks(values);
      expect([...midRanks(values.map(value => 3 * value - 7))]).toEqual([...ranks]);
      expect(sum(ranks)).toBeCloseTo((values.length * (values.length + 1)) / 2, 10);
    }),
    { seed: 2 },
  );
});

test('NaN has no rank, and a value that is not finite is named', () => {
  expect(() => midRanks([1, Number.NaN])).toThrow('internal: NaN has no rank');
  const refusal = expect.objectContaining({
    reason: 'not-finite',
    message: expect.stringContaining('value 2 of 3 is NaN'),
  });
  expect(() => requireFinite([1, Number.NaN, 2], 'scores')).toThrow(UnsuitableDataError);
  expect(() => requireFinite([1, Number.NaN, 2], 'scores')).toThrow(refusal);
});
