import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { brittlenessCurve } from '../../stats/brittleness-curve.ts';
import { columnMatrix, selectRows } from '../../stats/dense-matrix.ts';
import { smallestPermutationP } from '../../stats/permutation-p.ts';
import { drawStratified, drawWithoutReplacement, extremeUnits, stratumSizes } from '../../stats/removal-draws.ts';
import { removalTest } from '../../stats/removal-test.ts';
import { fitRidge, predictRidge } from '../../stats/ridge.ts';
import { normalMatrix } from './random-data.ts';
import { uniformityP } from './uniformity.ts';

test('nineteen random removals are the fewest that reach .05', () => {
  expect(smallestPermutationP(19)).toBeCloseTo(0.05, 12);
  expect(smallestPermutationP(99)).toBeCloseTo(0.01, 12);
  expect(smallestPermutationP(0)).toBeNaN();
});

test('shift, z, p and the shift in no-op SDs are those of the definitions', () => {
  const noOp = [50, 52, 54];
  const random = [51, 53, 52, 50, 54];
  const { arms, draws, smallestP } = removalTest({ noOp, random, arms: [[40, 44], [53]] });
  expect([draws, smallestP]).toEqual([5, 1 / 6]);
  const [top, bottom] = arms;
  expect(top!.shift).toBe(-10);
  expect(top!.shiftInNoOpSd).toBeCloseTo(5, 12);
  // Random shifts −1, 1, 0, −2, 2: mean 0, sd √2.5.
  expect(top!.z).toBeCloseTo(-10 / Math.sqrt(2.5), 12);
  expect(top!.p).toBeCloseTo(1 / 6, 12);
  expect(top!.interval.low).toBeLessThan(-10);
  expect(top!.interval.high).toBeGreaterThan(-10);
  // |1| is reached by −1, 1, −2 and 2.
  expect(bottom).toMatchObject({
    n: 1,
    shift: 1,
    p: 5 / 6,
    sd: Number.NaN,
    interval: { low: Number.NaN, high: Number.NaN },
  });
});

test('an interval needs two replicates on both sides', () => {
  const interval = (noOp: readonly number[], arm: readonly number[]) =>
    removalTest({ noOp, random: [1, 2], arms: [arm] }).arms[0]!.interval;
  expect(interval([1, 2], [3, 5]).low).toBeLessThan(2.5);
  expect(interval([1], [3, 5])).toEqual({ low: Number.NaN, high: Number.NaN });
  expect(interval([1, 2], [3])).toEqual({ low: Number.NaN, high: Number.NaN });
});

test('without spread or without random removals nothing is claimed', () => {
  const still = removalTest({ noOp: [5, 5], random: [5, 5], arms: [[4]] }).arms[0]!;
  expect([still.z, still.shiftInNoOpSd]).toEqual([Number.NaN, Number.NaN]);
  expect(removalTest({ noOp: [5, 6], random: [], arms: [[4]] }).arms[0]!.p).toBeNaN();
  expect(removalTest({ noOp: [], random: [5], arms: [[4]] }).arms[0]!.p).toBeNaN();
});

test('p is uniform when scores mean nothing', () => {
  const stream = randomStream(1, 'removals');
  const draw = (count: number) => Array.from({ length: count }, () => stream.normal());
  // The no-op mean is common to all shifts, so they are exchangeable however noisy it is.
  const p = Array.from(
    { length: 300 },
    () => removalTest({ noOp: draw(4), random: draw(199), arms: [draw(1)] }).arms[0]!.p,
  );
  expect(uniformityP(p)).toBeGreaterThan(0.01);
});

test('in an additive model the shift of a removal is that of refitting without the group', () => {
  const x = normalMatrix(60, 4, 1);
  const y = normalMatrix(60, 1, 2);
  const query = normalMatrix(1, 4, 3);
  const group = [3, 17, 41];
  const left = Array.from({ length: 60 }, (_, row) => row).filter(row => !group.includes(row));
  const fit = (rows?: readonly number[]) => {
    const [xs, ys] = rows ? [selectRows(x, rows), selectRows(y, rows)] : [x, y];
    return predictRidge(fitRidge({ x: xs, y: ys, lambda: 1, intercept: false }), query).values[0]!;
  };
  // Group Sherman–Morrison: θ₋ = θ − H⁻¹X_gᵀ(I − X_gH⁻¹X_gᵀ)⁻¹ r_g, here by solving the small system as a ridge in itself.
  const full = fitRidge({ x, y, lambda: 1, intercept: false });
  const residual = group.map(row => y.values[row]! - predictRidge(full, selectRows(x, [row])).values[0]!);
  const unit = (index: number) => columnMatrix(Array.from({ length: 60 }, (_, row) => (row === index ? 1 : 0)));
  const influence = (index: number, at: typeof query) =>
    predictRidge(fitRidge({ x, y: unit(index), lambda: 1, intercept: false }), at).values[0]!;
  const leverage = group.map(row => group.map(other => influence(other, selectRows(x, [row]))));
  const system = leverage.map((values, i) => values.map((value, j) => (i === j ? 1 : 0) - value));
  const solved = solveThree(system, residual);
  const predicted = -group.reduce((sum, row, index) => sum + influence(row, query) * solved[index]!, 0);
  expect(fit(left) - fit()).toBeCloseTo(predicted, 10);
  expect(removalTest({ noOp: [fit()], random: [], arms: [[fit(left)]] }).arms[0]!.shift).toBeCloseTo(predicted, 10);
});

/** Cramer's rule. */
function solveThree(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const determinant = (m: readonly (readonly number[])[]) =>
    m[0]![0]! * (m[1]![1]! * m[2]![2]! - m[1]![2]! * m[2]![1]!) -
    m[0]![1]! * (m[1]![0]! * m[2]![2]! - m[1]![2]! * m[2]![0]!) +
    m[0]![2]! * (m[1]![0]! * m[2]![1]! - m[1]![1]! * m[2]![0]!);
  return [0, 1, 2].map(
    column => determinant(a.map((row, i) => row.map((value, j) => (j === column ? b[i]! : value)))) / determinant(a),
  );
}

test('planted harmful rows are found again by their scores', () => {
  const stream = randomStream(4, 'scores');
  const planted = new Set(Array.from({ length: 10 }, (_, index) => 7 + 20 * index));
  const scores = Array.from({ length: 200 }, (_, row) => (planted.has(row) ? -4 : 0) + stream.normal());
  const removed = extremeUnits(scores, 10, 'lowest');
  expect(removed.filter(row => planted.has(row)).length).toBeGreaterThanOrEqual(9);
  expect([...extremeUnits([3, 1, 3, 2], 2, 'highest')]).toEqual([0, 2]);
  expect([...extremeUnits([3, 1, 3, 2], 1, 'highest')]).toEqual([0]);
  expect([...extremeUnits([3, 1], 0, 'lowest')]).toEqual([]);
});

test('a stratified draw has the sizes asked for, repeats with its seed, and may take any unit', () => {
  const strata = Array.from({ length: 60 }, (_, unit) => (unit % 3 === 0 ? 'long' : 'short'));
  const sizes = stratumSizes(strata, Int32Array.of(0, 3, 1, 2, 4));
  expect([...sizes]).toEqual([
    ['long', 2],
    ['short', 3],
  ]);
  const seen = new Set<number>();
  for (let seed = 0; seed < 100; seed++) {
    const drawn = drawStratified({ strata, sizes, seed });
    expect([...drawn]).toEqual([...drawn].toSorted((a, b) => a - b));
    expect(new Set(drawn).size).toBe(5);
    expect(drawn.filter(unit => strata[unit] === 'long').length).toBe(2);
    for (const unit of drawn) seen.add(unit);
  }
  expect(seen.size).toBe(60);
  expect(drawStratified({ strata, sizes, seed: 3 })).toEqual(drawStratified({ strata, sizes, seed: 3 }));
  expect(drawStratified({ strata, sizes: new Map([...sizes].toReversed()), seed: 3 })).toEqual(
    drawStratified({ strata, sizes, seed: 3 }),
  );
});

test('every set is equally likely', () => {
  const stream = randomStream(5, 'sets');
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 6000; draw++) {
    const set = drawWithoutReplacement(['a', 'b', 'c', 'd'], 2, stream).toSorted().join('');
    counts.set(set, (counts.get(set) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  // The .999 quantile on 5 degrees of freedom.
  expect(chiSquare).toBeLessThan(20.5);
});

test('a stratum with too few units is named', () => {
  expect(() => drawStratified({ strata: ['a', 'b'], sizes: new Map([['a', 2]]), seed: 1 })).toThrow(
    'stratum "a" has 1 units, 2 are to be removed',
  );
});

test('the brittleness area is the mean shift on the way', () => {
  const curve = brittlenessCurve({
    noOp: [10, 10],
    removals: [
      { fraction: 0.1, scores: [8] },
      { fraction: 0.05, scores: [9, 11] },
      { fraction: 0.1, scores: [4] },
    ],
  });
  expect(curve.points).toEqual([
    { fraction: 0.05, n: 2, shift: 0 },
    { fraction: 0.1, n: 2, shift: -4 },
  ]);
  // Trapezoids: 0 over [0, .05], −.1 over [.05, .1].
  expect(curve.area).toBeCloseTo(-0.1 / 0.1, 12);
  expect(brittlenessCurve({ noOp: [1], removals: [] }).area).toBeNaN();
});
