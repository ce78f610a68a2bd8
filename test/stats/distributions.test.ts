import { expect, test } from 'vitest';
import {
  chiSquareQuantile,
  chiSquareUpperTail,
  fQuantile,
  fUpperTail,
  normalCdf,
  normalQuantile,
  normalUpperTail,
  studentizedRangeQuantile,
  studentizedRangeUpperTail,
  studentTQuantile,
  studentTTwoSided,
  studentTUpperTail,
} from '../../stats/distributions.ts';

/** value, expected, relative tolerance. Reference: SciPy 1.17 unless a closed form is named. */
const table: readonly (readonly [name: string, value: number, expected: number, tolerance: number])[] = [
  ['normal cdf', normalCdf(1.959963984540054), 0.975, 1e-14],
  ['normal far tail', normalUpperTail(37), 5.7255712225239266e-300, 1e-12],
  ['normal quantile', normalQuantile(1e-12), -7.034483825301131, 1e-12],
  ['chi-square on 2 df is exp(−x/2)', chiSquareUpperTail(5, 2), Math.exp(-2.5), 1e-13],
  ['chi-square on fractional df', chiSquareUpperTail(1, 9.5), 0.9996870515972275, 1e-12],
  ['chi-square quantile', chiSquareQuantile(0.025, 2), -2 * Math.log(0.975), 1e-12],
  ['t on 1 df is arctan', studentTUpperTail(3, 1), 0.5 - Math.atan(3) / Math.PI, 1e-13],
  ['t on 2 df, closed form', studentTUpperTail(2, 2), 0.5 * (1 - 2 / Math.sqrt(6)), 1e-12],
  ['t far tail', studentTUpperTail(60, 43), 2.1493831645807633e-43, 1e-11],
  ['t on fractional df', studentTTwoSided(1.4747755, 5.9544308), 0.191086813, 1e-7],
  ['t quantile on 9 df', studentTQuantile(0.975, 9), 2.262157162798205, 1e-12],
  ['t quantile on 1 df is tan', studentTQuantile(0.9, 1), Math.tan(Math.PI * 0.4), 1e-12],
  ['t lower quantile', studentTQuantile(0.025, 3), -3.182446305284263, 1e-12],
  ['F on 4 and 2 df, closed form', fUpperTail(1, 4, 2), 5 / 9, 1e-13],
  ['F on 2 and 6 df, closed form', fUpperTail(4.75, 2, 6), (1 + 4.75 / 3) ** -3, 1e-12],
  ['F on 4 and 45 df', fUpperTail(27.37, 4, 45), 1.5021613278552978e-11, 1e-11],
  ['F quantile on 4 and 2 df', fQuantile(0.95, 4, 2), 19.246794344808947, 1e-12],
  ['F lower quantile', fQuantile(0.025, 4, 45), 0.11912851581420862, 1e-11],
  ['studentised range of 5 on 45 df', studentizedRangeUpperTail(5.275, 5, 45), 0.004629311141485015, 1e-8],
  ['studentised range of 5 on 45 df, critical', studentizedRangeQuantile(0.95, 5, 45), 4.018417089346136, 1e-8],
  ['studentised range of 3 on 3 df', studentizedRangeUpperTail(9, 3, 3), 0.015982043222, 5e-3],
  ['studentised range of two groups is t', studentizedRangeUpperTail(3.5, 2, 2), 0.1317568578755407, 1e-10],
];

test.each(table)('%s', (_, value, expected, tolerance) => {
  expect(Math.abs(value / expected - 1)).toBeLessThan(tolerance);
});

test('quantiles invert tails at whole, fractional and many degrees of freedom', () => {
  for (const p of [0.001, 0.3, 0.5, 0.9, 0.99999]) {
    for (const df of [0.7, 2, 5.9, 45, 3000]) {
      expect(1 - studentTUpperTail(studentTQuantile(p, df), df)).toBeCloseTo(p, 10);
      for (const between of [1, 4, 8.3])
        expect(1 - fUpperTail(fQuantile(p, between, df), between, df)).toBeCloseTo(p, 10);
    }
  }
});

test('F on 1 df is t squared', () => {
  for (const t of [0.1, 1.3, 4, 20]) expect(fUpperTail(t * t, 1, 7)).toBeCloseTo(studentTTwoSided(t, 7), 14);
});

test('nothing is known without degrees of freedom, and infinite statistics have p 0', () => {
  expect(studentTTwoSided(1, 0)).toBeNaN();
  expect(fUpperTail(2, 0, 5)).toBeNaN();
  expect(fUpperTail(Number.NaN, 2, 5)).toBeNaN();
  expect(chiSquareQuantile(0.5, 0)).toBeNaN();
  expect(fQuantile(0.5, 2, 0)).toBeNaN();
  expect(studentizedRangeUpperTail(3, 5, 2)).toBeNaN();
  expect(studentTTwoSided(Number.POSITIVE_INFINITY, 3)).toBe(0);
  expect(fUpperTail(Number.POSITIVE_INFINITY, 2, 3)).toBe(0);
});
