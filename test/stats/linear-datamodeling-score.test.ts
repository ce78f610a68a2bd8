import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { spearman } from '../../stats/correlation.ts';
import { predictHeldOut } from '../../stats/datamodel.ts';
import { denseMatrix, matrixFromRows, transpose } from '../../stats/dense-matrix.ts';
import { heldOutLds } from '../../stats/held-out-lds.ts';
import { linearDatamodelingScore } from '../../stats/linear-datamodeling-score.ts';
import { resampledSpearman } from '../../stats/resampled-spearman.ts';
import { fitRidge } from '../../stats/ridge.ts';
import { UnsuitableDataError } from '../../stats/unsuitable-data-error.ts';
import { readNpy } from './npy.ts';
import { fixedSizeMasks, normalMatrix } from './random-data.ts';

const ids = (count: number, prefix = 's') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

const toy = {
  scores: matrixFromRows([
    [0.1, 0.2, 0.3, 0.4],
    [0.2, 0.1, 0.3, 0.4],
  ]),
  masks: matrixFromRows([
    [1, 1, 0, 0],
    [1, 0, 1, 0],
    [0, 1, 1, 0],
  ]),
  outputs: matrixFromRows([
    [0.3, 0.3],
    [0.4, 0.4],
    [0.5, 0.3],
  ]),
};

test('the published toy has LDS 1 and .866 with p 0 and .333', () => {
  const result = linearDatamodelingScore({ ...toy, higherIsBetter: true, subsetIds: ids(3), fittedOn: [], seed: 1 });
  expect(result.perQuery[0]!.rho).toBeCloseTo(1, 12);
  expect(result.perQuery[1]!.rho).toBeCloseTo(0.8660254, 7);
  expect(result.perQuery[0]!.p).toBeCloseTo(0, 7);
  expect(result.perQuery[1]!.p).toBeCloseTo(0.33333333, 7);
  expect(result).toMatchObject({ n: 3, queries: 2 });
});

test('the sign of losses is turned once', () => {
  const score = (higherIsBetter: boolean, sign: 1 | -1) =>
    linearDatamodelingScore({
      ...toy,
      outputs: denseMatrix(
        3,
        2,
        toy.outputs.values.map(value => sign * value),
      ),
      higherIsBetter,
      subsetIds: ids(3),
      fittedOn: [],
      seed: 1,
    }).mean;
  expect(score(true, 1)).toBeGreaterThan(0.9);
  expect(score(false, -1)).toBe(score(true, 1));
  expect(score(false, 1)).toBeCloseTo(-score(true, 1), 14);
});

test('scoring a fit on its own subsets is refused, with the ids', () => {
  const attempt = () =>
    linearDatamodelingScore({ ...toy, higherIsBetter: true, subsetIds: ids(3), fittedOn: ['s1', 's2', 'x'], seed: 1 });
  expect(attempt).toThrow(UnsuitableDataError);
  expect(attempt).toThrow('2 of 3 evaluation subsets were fitted on (s1, s2)');
});

test('additive outputs are predicted perfectly by their effects, up to noise, and by nothing else', () => {
  const masks = fixedSizeMasks({ subsets: 100, units: 30, kept: 15, seed: 1 });
  const scores = normalMatrix(8, 30, 2);
  const stream = randomStream(3, 'noise');
  const outputs = transpose(
    matrixFromRows(
      Array.from({ length: 8 }, (_, query) =>
        Array.from({ length: 100 }, (_unused, subset) => {
          const effect = Array.from(
            { length: 30 },
            (_unit, unit) => masks.values[subset * 30 + unit]! * scores.values[query * 30 + unit]!,
          );
          // Effects have variance 30/4: noise of the same size halves the reliability.
          return effect.reduce((sum, each) => sum + each, 0) + Math.sqrt(30 / 4) * stream.normal();
        }),
      ),
    ),
  );
  const result = linearDatamodelingScore({
    scores,
    masks,
    outputs,
    higherIsBetter: true,
    subsetIds: ids(100),
    fittedOn: ids(40, 'other'),
    reliability: 0.5,
    seed: 1,
  });
  // r = √.5 → ρ ≈ .69
  expect(Math.abs(result.mean - 0.69)).toBeLessThan(0.06);
  expect(result.ceiling).toBeCloseTo(Math.SQRT1_2, 12);
  expect(result.interval.low).toBeLessThan(result.mean);
  expect(result.interval.high).toBeGreaterThan(result.mean);
  expect(result.nullSd).toBeCloseTo(0.1005, 4);
  expect(Math.abs(result.random.mean)).toBeLessThan(3 * result.nullSd);
  expect(result.random.sdOverQueries).toBeGreaterThan(0.03);
  expect(result.random.sdOverQueries).toBeLessThan(0.2);
});

test('ρ of a resample equals ρ of the pairs written out', () => {
  const x = [1, 4, 4, 2, 9, 3];
  const y = [2, 2, 5, 1, 7, 7];
  const rho = resampledSpearman(x, y);
  const stream = randomStream(4, 'resamples');
  for (let draw = 0; draw < 50; draw++) {
    const counts = Int32Array.from(x, () => stream.integer(3));
    const repeat = (values: readonly number[]) =>
      values.flatMap((value, index) => Array<number>(counts[index]!).fill(value));
    const direct = spearman(repeat(x), repeat(y));
    if (Number.isNaN(direct)) expect(rho(counts)).toBeNaN();
    else expect(rho(counts)).toBeCloseTo(direct, 12);
  }
  expect(rho(Int32Array.of(1, 1, 1, 1, 1, 1))).toBeCloseTo(spearman(x, y), 14);
});

test('a hundred real subsets: within folds the datamodel predicts, pooled it seems not to, in-sample it is a trap', () => {
  const [masks, losses] = [readNpy('wikitext-masks.npy'), readNpy('wikitext-losses.npy')];
  expect([masks.rows, masks.columns, losses.rows, losses.columns]).toEqual([100, 4656, 100, 481]);
  for (let subset = 0; subset < 100; subset++) {
    expect(masks.values.subarray(subset * 4656, (subset + 1) * 4656).reduce((sum, kept) => sum + kept, 0)).toBe(2328);
  }
  const foldOf = Int32Array.from({ length: 100 }, (_, subset) => subset % 5);
  const predictions = predictHeldOut({ masks, outputs: losses, estimator: { method: 'ridge', lambda: 1000 }, foldOf });
  const lds = heldOutLds({ predictions, outputs: losses, foldOf, draws: 99, seed: 1 });
  expect(Math.abs(lds.withinFold - 0.10809551)).toBeLessThan(1e-6);
  expect(Math.abs(lds.pooled - -0.014385185)).toBeLessThan(1e-6);
  expect(lds.interval.low).toBeGreaterThan(0);
  expect(lds).toMatchObject({ n: 100, queries: 481 });

  // The minimum-norm fit is the limit of ridge; its own subsets are predicted perfectly, and scoring them is refused.
  const { weights } = fitRidge({ x: masks, y: losses, lambda: 1e-6 });
  const attempt = (fittedOn: readonly string[]) =>
    linearDatamodelingScore({
      scores: denseMatrix(
        481,
        4656,
        transpose(weights).values.map(value => -value),
      ),
      masks,
      outputs: losses,
      higherIsBetter: false,
      subsetIds: ids(100),
      fittedOn,
      draws: 9,
      seed: 1,
    });
  expect(() => attempt(ids(100))).toThrow('100 of 100 evaluation subsets were fitted on (s0, s1, s2, …)');
  const unguarded = attempt([]);
  expect(unguarded.mean).toBeGreaterThan(0.999);
  expect(Math.abs(unguarded.random.mean)).toBeLessThan(0.03);
  expect(Math.abs(unguarded.random.sdOverQueries - 0.094)).toBeLessThan(0.02);
});
