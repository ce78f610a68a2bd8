import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gateVerdict, type GateOperator, type GateVerdict } from '../../stats/gate-verdict.ts';

const table: readonly (readonly [
  value: number | null,
  n: number | undefined,
  operator: GateOperator,
  needs: number,
  verdict: GateVerdict,
])[] = [
  [0.7, 5, '>=', 5, 'pass'],
  [0.69999, 5, '>=', 5, 'fail'],
  [0.7, 5, '>', 5, 'fail'],
  [0.71, 5, '>', 5, 'pass'],
  [0.7, 5, '<=', 5, 'pass'],
  [0.7, 5, '<', 5, 'fail'],
  [0.1, 5, '<', 5, 'pass'],
  [0.7, 5, '==', 5, 'pass'],
  [0.6, 5, '==', 5, 'fail'],
  [0.7, 5, '!=', 5, 'fail'],
  [0.6, 5, '!=', 5, 'pass'],
  // Fewer units than registered decide nothing, whichever way they point.
  [0.9, 4, '>=', 5, 'inconclusive'],
  [0.1, 4, '>=', 5, 'inconclusive'],
  [0.9, 0, '>=', 1, 'inconclusive'],
  [0.9, undefined, '>=', 1, 'inconclusive'],
  [0.9, Number.NaN, '>=', 1, 'inconclusive'],
  [0.9, undefined, '>=', 0, 'pass'],
  // No number is no verdict, however many units there are, and `!=` does not pass on it.
  [Number.NaN, 5, '>=', 5, 'not_estimable'],
  [Number.NaN, 5, '!=', 5, 'not_estimable'],
  [Number.NaN, 1, '>=', 5, 'not_estimable'],
  [null, 5, '<', 5, 'not_estimable'],
  [Number.POSITIVE_INFINITY, 5, '>=', 5, 'not_estimable'],
  [Number.NEGATIVE_INFINITY, 5, '<', 5, 'not_estimable'],
];

test.each(table)('value %s of n %s %s 0.7, needing %i: %s', (...[value, n, operator, needs, verdict]) => {
  expect(gateVerdict({ value, n, operator, threshold: 0.7, needs })).toBe(verdict);
});

test('an operator and its complement never agree on an estimate', () => {
  const complements = [
    ['<', '>='],
    ['>', '<='],
    ['==', '!='],
  ] as const;
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -3, max: 3 }),
      (value, threshold) => {
        for (const [operator, complement] of complements) {
          const verdicts = [operator, complement].map(each =>
            gateVerdict({ value, n: 3, operator: each, threshold, needs: 3 }),
          );
          expect(verdicts.toSorted()).toEqual(['fail', 'pass']);
        }
      },
    ),
    { seed: 6 },
  );
});

test('a threshold that is not a number is a bug', () => {
  expect(() => gateVerdict({ value: 1, n: 1, operator: '<', threshold: Number.NaN, needs: 1 })).toThrow('internal:');
});
