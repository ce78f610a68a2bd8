import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeNumber } from '../../../activities/analysis/take.ts';
import { takeSchema } from '../../../schemas/gate.ts';

const values = fc.array(fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true })), { maxLength: 20 });

test('but for `first`, no take hangs on the order of the rows', () => {
  const unordered = fc.constantFrom(...takeSchema.options.filter(take => take !== 'first'));
  fc.assert(
    fc.property(unordered, values, fc.infiniteStream(fc.nat()), (take, given, keys) => {
      const other = given
        .map(value => ({ value, key: keys.next().value ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ value }) => value);
      expect(takeNumber(other, take)).toEqual(takeNumber(given, take));
    }),
  );
});

test('a take lies between the smallest and the largest number', () => {
  fc.assert(
    fc.property(fc.constantFrom('mean', 'median', 'min', 'max'), values, (take, given) => {
      const numbers = given.filter(value => value !== null);
      fc.pre(numbers.length > 0);
      const { value, n } = takeNumber(given, take);
      expect(n).toBe(numbers.length);
      expect(value).toBeGreaterThanOrEqual(Math.min(...numbers) - 1e-9);
      expect(value).toBeLessThanOrEqual(Math.max(...numbers) + 1e-9);
    }),
  );
});

test.each([
  { take: 'mean', given: [], value: Number.NaN, n: 0 },
  { take: 'sum', given: [null], value: Number.NaN, n: 0 },
  { take: 'min', given: [], value: Number.NaN, n: 0 },
  { take: 'count', given: [null], value: 0, n: 0 },
  { take: 'sd', given: [4], value: Number.NaN, n: 1 },
  { take: 'sd', given: [1, 3], value: Math.SQRT2, n: 2 },
  { take: 'median', given: [1, null, 9, 2, 4], value: 3, n: 4 },
  { take: 'first', given: [null, 3], value: Number.NaN, n: 1 },
  { take: 'first', given: [], value: Number.NaN, n: 0 },
] as const)('$take of $given is $value from $n', ({ take, given, value, n }) => {
  expect(takeNumber(given, take)).toMatchObject({ value, n });
});

test('only a mean of two numbers or more has an interval', () => {
  expect(takeNumber([1, 2, 3], 'mean').interval.low).toBeCloseTo(2 - 4.30265273 / Math.sqrt(3), 7);
  expect(takeNumber([1], 'mean').interval.low).toBeNaN();
  expect(takeNumber([1, 2, 3], 'median').interval.low).toBeNaN();
});
