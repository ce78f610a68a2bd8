import fc from 'fast-check';
import { expect, test } from 'vitest';
import { incompleteBeta, logBeta, logGamma } from '../../stats/incomplete-beta.ts';

test('closed forms hold: powers, arcsine, the binomial', () => {
  const at = (x: number) => ({ x, complement: 1 - x });
  expect(incompleteBeta(at(0.3), 3, 1).lower).toBeCloseTo(0.027, 14);
  expect(incompleteBeta(at(0.3), 1, 2).lower).toBeCloseTo(0.51, 14);
  expect(incompleteBeta(at(0.3), 0.5, 0.5).lower).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(0.3)), 13);
  // P(Binomial(4, .3) ≥ 2) = I_.3(2, 3)
  expect(incompleteBeta(at(0.3), 2, 3).lower).toBeCloseTo(1 - 0.7 ** 4 - 4 * 0.3 * 0.7 ** 3, 13);
});

test('the small tail keeps its relative precision', () => {
  const { lower, upper } = incompleteBeta({ x: 1, complement: 1e-30 }, 2, 3);
  expect(lower).toBe(1);
  // 1 − I = ∫ t(1−t)² ·12 over the last 1e-30: 12·c³/3
  expect(upper / (4 * 1e-90)).toBeCloseTo(1, 10);
});

test('lower and upper swap with a and b, and sum to 1', () => {
  const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });
  const shape = fc.double({ min: 0.2, max: 60, noNaN: true });
  fc.assert(
    fc.property(share, shape, shape, (x, a, b) => {
      const tails = incompleteBeta({ x, complement: 1 - x }, a, b);
      const swapped = incompleteBeta({ x: 1 - x, complement: x }, b, a);
      expect(tails.lower + tails.upper).toBeCloseTo(1, 12);
      expect(tails.lower).toBeCloseTo(swapped.upper, 11);
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('gamma and beta are right at whole, half and large arguments', () => {
  expect(logGamma(6)).toBeCloseTo(Math.log(120), 13);
  expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 13);
  expect(logGamma(1e4) / 82_099.71749644238).toBeCloseTo(1, 14);
  expect(logBeta(2, 3)).toBeCloseTo(-Math.log(12), 13);
  // Both branches of ln B meet at 10.
  expect(logBeta(10, 12)).toBeCloseTo(logGamma(10) + logGamma(12) - logGamma(22), 11);
});

test('the ends are exact and impossible shapes give NaN', () => {
  expect(incompleteBeta({ x: 0, complement: 1 }, 2, 3)).toEqual({ lower: 0, upper: 1 });
  expect(incompleteBeta({ x: 1, complement: 0 }, 2, 3)).toEqual({ lower: 1, upper: 0 });
  expect(incompleteBeta({ x: 0.5, complement: 0.5 }, 0, 3).lower).toBeNaN();
});
