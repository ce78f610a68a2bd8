import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { fitDatamodel, predictHeldOut, weightScores } from '../../stats/datamodel.ts';
import { columnMatrix, type DenseMatrix } from '../../stats/dense-matrix.ts';
import { heldOutLds } from '../../stats/held-out-lds.ts';
import { chooseLassoPenalty } from '../../stats/penalty-choice.ts';
import { quantile } from '../../stats/quantile.ts';
import { fixedSizeMasks } from './random-data.ts';
import { uniformityP } from './uniformity.ts';

function noise(length: number, seed: number): Float64Array {
  const stream = randomStream(seed, 'noise');
  return Float64Array.from({ length }, () => stream.normal());
}

/** Outputs that fall by `effect` where unit 3 is in. */
function plant(masks: DenseMatrix, effect: number, seed: number): Float64Array {
  return noise(masks.rows, seed).map((value, row) => value - effect * masks.values[row * masks.columns + 3]!);
}

const ridge = { method: 'ridge', lambda: 1 } as const;

test('a weight is scored against the population spread of the others', () => {
  const weights = [0.5, -1, 0.25, 4];
  const z = weightScores(Float64Array.from(weights));
  weights.forEach((weight, left) => {
    const others = weights.filter((_, index) => index !== left);
    const mean = others.reduce((sum, value) => sum + value, 0) / 3;
    const sd = Math.sqrt(others.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3);
    expect(z[left]).toBeCloseTo(Math.abs(weight) / sd, 12);
  });
  expect([...weightScores(Float64Array.of(0, 0, 0))]).toEqual([0, 0, 0]);
  expect([...weightScores(Float64Array.of(0, 0, 2))]).toEqual([0, 0, Number.POSITIVE_INFINITY]);
  expect([...weightScores(Float64Array.of(1, 2))]).toEqual([Number.NaN, Number.NaN]);
  // Almost equal weights far from 0: the spread survives.
  expect(weightScores(Float64Array.of(1e8, 1e8 + 1, 1e8 + 2, 1e8 + 4))[0]).toBeCloseTo(1e8 / Math.sqrt(14 / 9), -3);
});

test('forty subsets of twenty groups find a planted group, with its sign, rank and p', () => {
  const masks = fixedSizeMasks({ subsets: 40, units: 20, kept: 10, seed: 1 });
  const result = fitDatamodel({ masks, outputs: plant(masks, 3, 2), estimator: ridge, seed: 1 });
  expect(result.ranks[3]).toBe(1);
  expect(result.weights[3]).toBeLessThan(-1.5);
  expect(result.z[3]).toBeGreaterThan(4);
  expect(result.p[3]).toBeLessThanOrEqual(0.01);
  expect(result.n).toBe(40);
  const others = [...result.p].filter((_, unit) => unit !== 3);
  expect(Math.min(...others)).toBeGreaterThan(0.05);
});

test('the largest z of twenty meaningless groups has the known null', () => {
  const largest = Array.from({ length: 2000 }, (_, run) => {
    const masks = fixedSizeMasks({ subsets: 40, units: 20, kept: 10, seed: run });
    const { z } = fitDatamodel({ masks, outputs: noise(40, 1000 + run), estimator: ridge, draws: 1, seed: 1 });
    return Math.max(...z);
  });
  expect(Math.abs(quantile(largest, 0.5) - 2.4)).toBeLessThan(0.1);
  expect(Math.abs(quantile(largest, 0.95) - 3.4)).toBeLessThan(0.2);
  // The known value, 4.4, is of 500 simulations: its standard error is about .3.
  expect(Math.abs(quantile(largest, 0.99) - 4.4)).toBeLessThan(0.6);
});

test('the permutation null agrees with fresh noise, and the smallest p is uniform under it', () => {
  const masks = fixedSizeMasks({ subsets: 40, units: 20, kept: 10, seed: 1 });
  const one = fitDatamodel({ masks, outputs: noise(40, 1), estimator: ridge, draws: 1999, seed: 1 });
  expect(Math.abs(one.null.median - 2.4)).toBeLessThan(0.15);
  expect(Math.abs(one.null.quantile95 - 3.4)).toBeLessThan(0.4);
  const smallest = Array.from({ length: 250 }, (_, run) => {
    const drawn = fixedSizeMasks({ subsets: 24, units: 8, kept: 4, seed: run });
    const { p } = fitDatamodel({
      masks: drawn,
      outputs: noise(24, 5000 + run),
      estimator: ridge,
      draws: 99,
      seed: run,
    });
    return Math.min(...p);
  });
  expect(uniformityP(smallest)).toBeGreaterThan(0.01);
});

test('LASSO names the planted unit alone, and its null allows for infinite z', () => {
  const masks = fixedSizeMasks({ subsets: 60, units: 20, kept: 10, seed: 3 });
  const outputs = plant(masks, 4, 4);
  const { lambdaOneSe } = chooseLassoPenalty({ x: masks, y: outputs, scale: false, folds: 5, seed: 1 });
  const result = fitDatamodel({
    masks,
    outputs,
    estimator: { method: 'lasso', lambda: lambdaOneSe },
    draws: 199,
    seed: 1,
  });
  expect(result.ranks[3]).toBe(1);
  expect(result.weights.filter(weight => weight !== 0).length).toBeLessThan(6);
  expect(result.p[3]).toBeLessThan(0.05);
  const alone = fitDatamodel({ masks, outputs, estimator: { method: 'lasso', lambda: 0.7 }, draws: 199, seed: 1 });
  expect(alone.z[3]).toBe(Number.POSITIVE_INFINITY);
  expect(alone.p[3]).toBeGreaterThanOrEqual(1 / 200);
  expect(alone.p[0]).toBe(1);
});

test('held-out predictions do not see their own fold', () => {
  const masks = fixedSizeMasks({ subsets: 30, units: 10, kept: 5, seed: 5 });
  const outputs = plant(masks, 3, 6);
  const foldOf = Int32Array.from({ length: 30 }, (_, row) => row % 5);
  const predict = (values: Float64Array) =>
    predictHeldOut({ masks, outputs: columnMatrix(values), estimator: ridge, foldOf }).values;
  const before = predict(outputs);
  const changed = outputs.slice();
  changed[7] = 1000;
  const after = predict(changed);
  const sameFold = Array.from({ length: 30 }, (_, row) => row).filter(row => foldOf[row] === 7 % 5);
  for (const row of sameFold) expect(after[row]).toBe(before[row]);
  expect(after[8]).not.toBe(before[8]);
  const lds = heldOutLds({ predictions: columnMatrix(before), outputs: columnMatrix(outputs), foldOf, seed: 1 });
  expect(lds.withinFold).toBeGreaterThan(0.4);
  expect(lds.interval.low).toBeGreaterThan(0);
  expect(lds.interval.high).toBeGreaterThan(lds.withinFold);
});

test('the datamodel repeats with its seed', () => {
  const masks = fixedSizeMasks({ subsets: 20, units: 6, kept: 3, seed: 8 });
  const fit = (seed: number) => fitDatamodel({ masks, outputs: noise(20, 9), estimator: ridge, draws: 99, seed });
  expect(fit(1)).toEqual(fit(1));
  expect(fit(2).weights).toEqual(fit(1).weights);
  expect(fit(2).null).not.toEqual(fit(1).null);
});
