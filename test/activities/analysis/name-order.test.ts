import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareNameLists, compareNames } from '../../../activities/analysis/name-order.ts';

test('numbers come by size, before words by code unit', () => {
  const names = ['good', '10', 'Evil', '2', '-1', 'control', '2.0', '', '1e1'];
  expect(names.sort(compareNames)).toEqual(['-1', '2', '2.0', '10', '1e1', '', 'Evil', 'control', 'good']);
});

const names = fc.oneof(fc.integer().map(String), fc.double().map(String), fc.string({ maxLength: 3 }));

test('names have one order: antisymmetric, transitive, and equal only where they are the same', () => {
  fc.assert(
    fc.property(names, names, names, (a, b, c) => {
      expect(Math.sign(compareNames(a, b))).toBe(0 - Math.sign(compareNames(b, a)));
      if (compareNames(a, b) <= 0 && compareNames(b, c) <= 0) expect(compareNames(a, c)).toBeLessThanOrEqual(0);
      expect(compareNames(a, b) === 0).toBe(a === b);
    }),
    { numRuns: 500 },
  );
});

test('lists are compared by the first name that differs, then by length', () => {
  const lists = [['b'], ['a', '10'], ['a', '9'], ['a'], ['a', '9', 'x']];
  expect(lists.sort(compareNameLists)).toEqual([['a'], ['a', '9'], ['a', '9', 'x'], ['a', '10'], ['b']]);
});
