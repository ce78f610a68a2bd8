import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { pearson, spearman, spearmanOfNormal } from '../../stats/correlation.ts';
import { cosineLeakage } from './fixtures/cosine-leakage.ts';
import { pipelineSeeds } from './fixtures/pipeline-seeds.ts';

test('45 real pairs with many ties give the published coefficients', () => {
  const [x, y] = [cosineLeakage.map(([cosine]) => cosine), cosineLeakage.map(([, leakage]) => leakage)];
  expect(x).toHaveLength(45);
  expect(spearman(x, y)).toBeCloseTo(0.80962606, 8);
  expect(pearson(x, y)).toBeCloseTo(0.81721566, 8);
});

test('the rank of conditions by alignment does not carry over to whole-pipeline seeds, that by capability does', () => {
  // Means of ten EM seeds on one pipeline, and of three pipelines.
  const tenSeeds = {
    tulu_control: [25.71, 0.749],
    evil_wrong: [25.21, 0.758],
    good_wrong: [27.6, 0.815],
    evil_correct: [28.15, 0.845],
    good_correct: [26.31, 0.809],
  };
  const pipelineMean = (condition: string, metric: 'alignment' | 'arc') =>
    pipelineSeeds.filter(row => row.condition === condition).reduce((sum, row) => sum + row[metric] / 3, 0);
  const conditions = Object.keys(tenSeeds);
  const rho = (index: 0 | 1, metric: 'alignment' | 'arc') =>
    spearman(
      Object.values(tenSeeds).map(each => each[index]!),
      conditions.map(condition => pipelineMean(condition, metric)),
    );
  expect(rho(0, 'alignment')).toBeCloseTo(0.3, 12);
  expect(rho(1, 'arc')).toBeCloseTo(1, 12);
});

test('a constant side, one pair and no pair have no correlation', () => {
  expect(pearson([1, 1, 1], [1, 2, 3])).toBeNaN();
  // 0.1 + 0.2 style constants leave rounding behind when they are centred.
  expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBeNaN();
  expect(spearman([1, 2, 3], [5, 5, 5])).toBeNaN();
  expect(pearson([1], [2])).toBeNaN();
  expect(pearson([], [])).toBeNaN();
});

test('correlation is symmetric, bounded, and follows scale and shift', () => {
  const values = fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 })), {
    minLength: 3,
    maxLength: 25,
  });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 9 }), fc.integer({ min: -9, max: 9 }), (pairs, scale, shift) => {
      const [x, y] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
      for (const correlate of [pearson, spearman]) {
        const r = correlate(x, y);
        fc.pre(!Number.isNaN(r));
        expect(Math.abs(r)).toBeLessThanOrEqual(1);
        expect(correlate(y, x)).toBeCloseTo(r, 10);
        expect(
          correlate(
            x.map(value => scale * value + shift),
            y,
          ),
        ).toBeCloseTo(r, 10);
        expect(
          correlate(
            x.map(value => -value),
            y,
          ),
        ).toBeCloseTo(-r, 10);
      }
    }),
    { seed: 3 },
  );
});

test('Spearman does not see a monotone transformation', () => {
  const x = [0.3, 2.4, 1.1, 5, 4.2];
  const y = [3, 1, 4, 1.5, 9];
  expect(spearman(x.map(Math.exp), y)).toBe(spearman(x, y));
});

test('Spearman of a bivariate normal is (6/π) asin(r/2)', () => {
  expect(spearmanOfNormal(Math.SQRT1_2)).toBeCloseTo(0.69, 3);
  const stream = randomStream(4, 'pairs');
  const x = Array.from({ length: 20_000 }, () => stream.normal());
  const y = x.map(value => (value + stream.normal()) / Math.SQRT2);
  expect(Math.abs(spearman(x, y) - spearmanOfNormal(Math.SQRT1_2))).toBeLessThan(0.012);
});

test('sides of different length are a bug, missing numbers are unsuitable data', () => {
  expect(() => pearson([1, 2], [1])).toThrow('internal: 2 values paired with 1');
  expect(() => pearson([1, Number.NaN], [1, 2])).toThrow('x of a correlation: value 2 of 2 is NaN');
});
