import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { benjaminiHochberg, bonferroni, holm } from '../../stats/adjust-p.ts';
import { pairwiseComparisons } from '../../stats/pairwise-comparison.ts';
import { rangeRatio } from '../../stats/range-ratio.ts';
import { cohenD, welchTTest } from '../../stats/welch-t-test.ts';
import { rowsOf, rowsWithMoments } from './rows.ts';
import { uniformityP } from './uniformity.ts';

test('Welch t agrees with an independent implementation', () => {
  const result = welchTTest([3.1, 2.7, 4.4, 3.9, 5.0], [2.0, 2.2, 1.7, 2.9]);
  expect(result.t).toBeCloseTo(3.304058916614417, 12);
  expect(result.df).toBeCloseTo(6.351049695463586, 12);
  expect(result.p).toBeCloseTo(0.015021887456369539, 12);
  expect(result.interval.low).toBeCloseTo(0.4361573108289605, 10);
  expect(result.interval.high).toBeCloseTo(2.8038426891710397, 10);
});

test('the published comparison of hack rates is reproduced from its moments', () => {
  const rows = rowsWithMoments({ frozen: [0.588, 0.131], vanilla: [0.719, 0.12] }, 4);
  const valuesOf = (group: string) => rows.filter(row => row.group === group).map(({ value }) => value);
  const result = welchTTest(valuesOf('vanilla'), valuesOf('frozen'));
  expect(result.t).toBeCloseTo(1.4747755, 6);
  expect(result.df).toBeCloseTo(5.9544308, 6);
  expect(result.p).toBeCloseTo(0.19108681, 7);
});

test('Cohen d of adapter scalars of misaligned and aligned responses is known', () => {
  const lines = readFileSync(new URL('fixtures/lora-scalars.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const rows = lines.map(line => line.split(',').map(Number));
  expect(rows).toHaveLength(159);
  const expected = [
    0.70243413, -0.59371187, 0.049102119, -0.2826551, 0.78080948, 0.10464573, -0.6853417, 0.57255271, -1.9542706,
  ];
  expected.forEach((d, adapter) => {
    const scalars = (misaligned: number) => rows.filter(row => row[0] === misaligned).map(row => row[adapter + 1]!);
    expect(cohenD(scalars(1), scalars(0))).toBeCloseTo(d, 5);
  });
});

test('without spread or with one value there is no t', () => {
  expect(welchTTest([1, 1], [2, 2]).t).toBeNaN();
  expect(welchTTest([1, 1], [2, 2]).cohenD).toBeNaN();
  expect(welchTTest([1], [2, 3]).p).toBeNaN();
});

test('adjusted p values agree with the definitions and keep NaN out of the count', () => {
  const p = [0.01, 0.04, 0.03, 0.005, 0.5];
  const close = (values: readonly number[], expected: readonly number[]) =>
    values.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 12));
  close(holm(p), [0.04, 0.09, 0.09, 0.025, 0.5]);
  close(benjaminiHochberg(p), [0.025, 0.05, 0.05, 0.025, 0.5]);
  close(bonferroni(p), [0.05, 0.2, 0.15, 0.025, 1]);
  const withGap = holm([0.01, Number.NaN, 0.04]);
  expect(withGap[1]).toBeNaN();
  close([withGap[0]!, withGap[2]!], [0.02, 0.04]);
});

test('Benjamini–Hochberg q values of ten p values are known', () => {
  const q = benjaminiHochberg([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]);
  const expected = [0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.10571429, 0.216, 0.216, 0.216];
  q.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 7));
});

test('Tukey p values agree with an independent implementation', () => {
  const { pairs } = pairwiseComparisons(
    rowsOf({
      a: [24.5, 23.5, 26.4, 27.1, 29.9],
      b: [28.4, 34.2, 29.5, 32.2, 30.1],
      c: [26.1, 28.3, 24.3, 26.2, 27.8],
    }),
  );
  expect(pairs.map(pair => `${pair.a}-${pair.b}`)).toEqual(['a-b', 'a-c', 'b-c']);
  expect(pairs[0]!.pTukey).toBeCloseTo(0.014448326736, 8);
  expect(pairs[1]!.pTukey).toBeCloseTo(0.980310724094, 8);
  expect(pairs[2]!.pTukey).toBeCloseTo(0.02033113674, 8);
  expect(pairs[0]!.difference).toBeLessThan(0);
  expect(pairs.map(pair => pair.pHolm)).toEqual(holm(pairs.map(pair => pair.p)));
});

test('of two groups Tukey is the pooled t test', () => {
  const { pairs } = pairwiseComparisons(rowsOf({ a: [1, 2, 4], b: [3, 5, 7] }));
  const d = Math.abs(cohenD([1, 2, 4], [3, 5, 7]));
  expect(pairs[0]!.q).toBeCloseTo(d * Math.sqrt(3), 12);
});

test('Welch p is uniform under the null', () => {
  const stream = randomStream(12, 'welch');
  const p = Array.from({ length: 400 }, () => {
    const draw = (n: number, sd: number) => Array.from({ length: n }, () => sd * stream.normal());
    return welchTTest(draw(12, 1), draw(9, 2)).p;
  });
  expect(uniformityP(p)).toBeGreaterThan(0.01);
});

test('the informal ratio has the known null, and the published one is rare under it', () => {
  // Published medians and ratios: alignment 1.817 and 1.618, ARC-C .0210 and 4.58.
  const alignment = rangeRatio({
    rows: rowsWithMoments(
      { a: [25.71, 1.566], b: [25.21, 2.111], c: [27.6, 1.943], d: [28.15, 1.817], e: [26.31, 1.244] },
      10,
    ),
    draws: 19_999,
    seed: 1,
  });
  expect(alignment.medianSd).toBeCloseTo(1.817, 3);
  expect(alignment.range).toBeCloseTo(2.94, 2);
  expect(alignment.ratio).toBeCloseTo(1.618, 3);
  expect(Math.abs(alignment.null.mean - 0.776)).toBeLessThan(0.008);
  expect(Math.abs(alignment.null.quantile95 - 1.334)).toBeLessThan(0.02);
  expect(Math.abs(alignment.null.quantile99 - 1.645)).toBeLessThan(0.03);
  expect(alignment.p).toBeGreaterThan(0.005);
  expect(alignment.p).toBeLessThan(0.02);
  const capability = rangeRatio({
    rows: rowsWithMoments(
      { a: [0.749, 0.0419], b: [0.758, 0.0154], c: [0.815, 0.0084], d: [0.845, 0.0224], e: [0.809, 0.021] },
      10,
    ),
    draws: 999,
    seed: 1,
  });
  expect(capability.medianSd).toBeCloseTo(0.021, 4);
  expect(Math.abs(capability.ratio - 4.57)).toBeLessThan(0.02);
  expect(capability.p).toBe(0.001);
});

test('the ratio is not estimable with one group or without spread', () => {
  expect(rangeRatio({ rows: rowsOf({ a: [1, 2] }), seed: 1 }).p).toBeNaN();
  expect(rangeRatio({ rows: rowsOf({ a: [1, 1], b: [2, 2] }), seed: 1 }).ratio).toBeNaN();
});
