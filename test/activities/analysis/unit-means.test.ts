import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { unitMeans } from '../../../activities/analysis/unit-means.ts';
import { shuffled } from '../steps/given-rows.ts';

const row = fc.record({
  names: fc.tuple(fc.constantFrom('a', 'b', '2', '10'), fc.constantFrom('x', 'y')),
  value: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
});

test('means are the same to the last bit in any order of the rows', () => {
  fc.assert(
    fc.property(fc.array(row), fc.nat(), fc.constantFrom(1, 2), (rows, seed, depth) => {
      expect(unitMeans(shuffled(rows, seed), depth)).toEqual(unitMeans(rows, depth));
    }),
  );
});

test('every row is in one mean', () => {
  fc.assert(
    fc.property(fc.array(row), rows => {
      const means = unitMeans(rows, 2);
      expect(means.reduce((total, { rows: count }) => total + count, 0)).toBe(rows.length);
      expect(new Set(means.map(({ names }) => names.join())).size).toBe(means.length);
    }),
  );
});

test('names that run together when joined stay apart', () => {
  const rows = [
    { names: ['a","b', 'c'], value: 1 },
    { names: ['a', 'b","c'], value: 2 },
  ];
  expect(unitMeans(rows, 2)).toHaveLength(2);
});
