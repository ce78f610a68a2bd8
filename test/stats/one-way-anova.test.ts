import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { oneWayAnova } from '../../stats/one-way-anova.ts';
import { pairwiseComparisons } from '../../stats/pairwise-comparison.ts';
import { pipelineSeeds } from './fixtures/pipeline-seeds.ts';
import { rowsOf, rowsWithMoments } from './rows.ts';

test('the hand example has the known table, effect sizes and intraclass correlations', () => {
  const result = oneWayAnova(rowsOf({ a: [1, 2, 3], b: [2, 4, 6], c: [5, 6, 10] }));
  expect(result.f).toBeCloseTo(4.75, 12);
  expect(result.p).toBeCloseTo(0.058004095, 8);
  expect(result.table.map(({ source, df }) => [source, df])).toEqual([
    ['between', 2],
    ['within', 6],
    ['total', 8],
  ]);
  expect(result.etaSquared).toBeCloseTo(0.61290323, 8);
  expect(result.omegaSquared).toBeCloseTo(0.45454545, 8);
  expect(result.icc.value).toBeCloseTo(0.55555556, 8);
  expect(result.icc.interval.low).toBeCloseTo(-0.13024874, 7);
  expect(result.icc.interval.high).toBeCloseTo(0.98411222, 7);
  expect(result.iccOfMeans.value).toBeCloseTo(0.78947368, 8);
  expect(result.components.between.raw).toBeCloseTo(5, 12);
  expect(result.components.within.raw).toBeCloseTo(4, 12);
  expect(result.membersPerGroup).toBeCloseTo(3, 12);
});

test('unequal groups agree with an independent implementation', () => {
  const result = oneWayAnova(rowsOf({ a: [1.1, 2.3, 2.9], b: [4.2, 3.7], c: [5.5, 6.1, 4.9, 5.2] }));
  expect(result.f).toBeCloseTo(21.93603342976537, 10);
  expect(result.p).toBeCloseTo(0.0017413322753347103, 12);
  // n₀ = (9 − (9 + 4 + 16)/9)/2
  expect(result.membersPerGroup).toBeCloseTo((9 - 29 / 9) / 2, 12);
});

test('five conditions of three pipeline seeds: the alignment gap is noise, the capability gap is not', () => {
  const alignment = oneWayAnova(pipelineSeeds.map(row => ({ group: row.condition, value: row.alignment })));
  expect(alignment.f / 0.5371718).toBeCloseTo(1, 3);
  expect(alignment.p / 0.71204915).toBeCloseTo(1, 3);
  expect(alignment.etaSquared / 0.17686579).toBeCloseTo(1, 3);
  expect(alignment.omegaSquared / -0.1407983).toBeCloseTo(1, 3);
  expect(alignment.icc.value / -0.18241894).toBeCloseTo(1, 3);
  expect(alignment.icc.interval.low / -0.41494933).toBeCloseTo(1, 3);
  expect(alignment.icc.interval.high / 0.55560055).toBeCloseTo(1, 3);
  expect(alignment.iccOfMeans.value / -0.86160182).toBeCloseTo(1, 3);
  expect(alignment.components.between.raw / -1.2318817).toBeCloseTo(1, 3);
  expect(alignment.components.between.truncated).toBe(0);
  expect(alignment.components.between.interval.low).toBe(0);
  expect(alignment.components.within.raw / 7.9849174).toBeCloseTo(1, 3);

  const capability = oneWayAnova(pipelineSeeds.map(row => ({ group: row.condition, value: row.arc })));
  expect(capability.f).toBeCloseTo(4.271, 3);
  expect(capability.p).toBeCloseTo(0.0285, 4);
  expect(capability.etaSquared).toBeCloseTo(0.631, 3);
  expect(capability.icc.value).toBeCloseTo(0.522, 3);
});

/** Published means and SDs of ten EM seeds per condition; raw rows with exactly those moments stand in for them. */
const tenSeeds = {
  alignment: {
    control: [25.71, 1.566],
    evil_wrong: [25.21, 2.111],
    good_wrong: [27.6, 1.943],
    evil_correct: [28.15, 1.817],
    good_correct: [26.31, 1.244],
  },
  arc: {
    control: [0.749, 0.0419],
    evil_wrong: [0.758, 0.0154],
    good_wrong: [0.815, 0.0084],
    evil_correct: [0.845, 0.0224],
    good_correct: [0.809, 0.021],
  },
} as const;

test('ten EM seeds of five conditions have the published analysis', () => {
  const rows = rowsWithMoments(tenSeeds.alignment, 10);
  const alignment = oneWayAnova(rows);
  const within = (value: number, expected: number) => expect(Math.abs(value / expected - 1)).toBeLessThan(0.01);
  within(alignment.f, 4.998);
  within(alignment.p, 0.00203);
  within(alignment.etaSquared, 0.308);
  within(alignment.omegaSquared, 0.242);
  within(alignment.icc.value, 0.286);
  within(alignment.icc.interval.low, 0.058);
  within(alignment.icc.interval.high, 0.804);
  within(alignment.iccOfMeans.value, 0.8);
  const tukey = pairwiseComparisons(rows);
  within(Math.max(...tukey.pairs.map(({ q }) => q)), 5.275);
  within(tukey.criticalQ, 4.018);

  const capability = oneWayAnova(rowsWithMoments(tenSeeds.arc, 10));
  within(capability.f, 27.37);
  expect(capability.p).toBeGreaterThan(1.2e-11);
  expect(capability.p).toBeLessThan(1.8e-11);
  within(capability.etaSquared, 0.709);
  within(capability.icc.value, 0.725);
  within(capability.icc.interval.low, 0.44);
  within(capability.icc.interval.high, 0.958);
});

test('the published Welch table is met within the rounding of its means', () => {
  const published = [
    ['alignment', 'control', 'evil_correct', -3.2],
    ['alignment', 'evil_wrong', 'evil_correct', -3.32],
    ['alignment', 'evil_wrong', 'good_wrong', -2.63],
    ['alignment', 'evil_correct', 'good_correct', 2.63],
    ['arc', 'control', 'evil_correct', -6.43],
    ['arc', 'evil_wrong', 'evil_correct', -10.38],
    ['arc', 'evil_wrong', 'good_wrong', -10.43],
    ['arc', 'evil_correct', 'good_correct', 3.78],
  ] as const;
  for (const [metric, a, b, t] of published) {
    const { pairs } = pairwiseComparisons(rowsWithMoments(tenSeeds[metric], 10));
    const pair = pairs.find(each => [each.a, each.b].toSorted().join() === [a, b].toSorted().join())!;
    expect(Math.abs(pair.t * (pair.a === a ? 1 : -1) - t)).toBeLessThan(0.3);
  }
});

const groups = fc.array(fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 2, maxLength: 6 }), {
  minLength: 2,
  maxLength: 5,
});

test('the order of rows changes nothing, to the last bit', () => {
  fc.assert(
    fc.property(groups, fc.integer({ min: 0, max: 1e6 }), (values, seed) => {
      const rows = values.flatMap((each, group) => each.map(value => ({ group: `g${group}`, value: value / 7 })));
      const shuffled = Array.from(randomStream(seed, 'rows').permutation(rows.length), index => rows[index]!);
      expect(oneWayAnova(shuffled)).toEqual(oneWayAnova(rows));
    }),
    { seed: 4 },
  );
});

test('F and shares ignore scale and shift, variances follow the square of the scale', () => {
  fc.assert(
    fc.property(groups, fc.integer({ min: 1, max: 9 }), fc.integer({ min: -50, max: 50 }), (values, scale, shift) => {
      const rows = values.flatMap((each, group) => each.map(value => ({ group: `g${group}`, value })));
      const result = oneWayAnova(rows);
      fc.pre(result.components.within.raw > 0);
      const moved = oneWayAnova(rows.map(({ group, value }) => ({ group, value: scale * value + shift })));
      expect(moved.f).toBeCloseTo(result.f, 8);
      expect(moved.etaSquared).toBeCloseTo(result.etaSquared, 8);
      expect(moved.icc.value).toBeCloseTo(result.icc.value, 8);
      expect(moved.components.between.raw / (scale * scale)).toBeCloseTo(result.components.between.raw, 6);
    }),
    { seed: 5 },
  );
});

test('what a design cannot estimate is NaN', () => {
  const oneGroup = oneWayAnova(rowsOf({ a: [1, 2, 3] }));
  expect([oneGroup.f, oneGroup.p, oneGroup.icc.value, oneGroup.components.between.raw]).toEqual(
    Array(4).fill(Number.NaN),
  );
  expect(oneGroup.components.within.raw).toBe(1);
  const noReplicates = oneWayAnova(rowsOf({ a: [1], b: [2], c: [4] }));
  expect([noReplicates.f, noReplicates.p, noReplicates.components.within.raw]).toEqual(Array(3).fill(Number.NaN));
});

test('components are unbiased, in unequal groups too, and their intervals cover', () => {
  const stream = randomStream(11, 'one-way');
  const sizes = [2, 3, 5, 6, 4, 4];
  const runs = 1500;
  const estimates: number[] = [];
  let [coversBetween, coversWithin, coversIcc] = [0, 0, 0];
  for (let run = 0; run < runs; run++) {
    const rows = sizes.flatMap((size, group) => {
      const center = 1.5 * stream.normal();
      return Array.from({ length: size }, () => ({ group: `${group}`, value: center + stream.normal() }));
    });
    const { components, icc } = oneWayAnova(rows);
    estimates.push(components.between.raw);
    if (components.between.interval.low <= 2.25 && components.between.interval.high >= 2.25) coversBetween += 1;
    if (components.within.interval.low <= 1 && components.within.interval.high >= 1) coversWithin += 1;
    if (icc.interval.low <= 2.25 / 3.25 && icc.interval.high >= 2.25 / 3.25) coversIcc += 1;
  }
  const mean = estimates.reduce((sum, value) => sum + value, 0) / runs;
  const sd = Math.sqrt(estimates.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1));
  expect(Math.abs(mean - 2.25)).toBeLessThan((3 * sd) / Math.sqrt(runs));
  // .95 ± 3 standard errors (.0169), and some more for the approximation that unequal groups make.
  for (const covers of [coversBetween, coversIcc]) expect(Math.abs(covers / runs - 0.95)).toBeLessThan(0.03);
  expect(Math.abs(coversWithin / runs - 0.95)).toBeLessThan(0.017);
});
