import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { denseMatrix, matrixFromRows } from '../../stats/dense-matrix.ts';
import { lambdaGrid, lassoPath, lassoViolation, predictLasso } from '../../stats/lasso.ts';
import { chooseLassoPenalty, chooseRidgePenalty } from '../../stats/penalty-choice.ts';
import { normalMatrix } from './random-data.ts';

/** n rows, p features, the first `active` of weight ±1, noise of standard deviation `noise`. */
function sparseProblem(of: { rows: number; features: number; active: number; noise: number; seed: number }) {
  const x = normalMatrix(of.rows, of.features, of.seed);
  const stream = randomStream(of.seed, 'noise');
  const truth: readonly number[] = Array.from({ length: of.features }, (_, feature) =>
    feature < of.active ? (-1) ** feature : 0,
  );
  const y = Float64Array.from({ length: of.rows }, (_, row) => {
    const signal = truth.reduce((sum, weight, feature) => sum + weight * x.values[row * of.features + feature]!, 0);
    return signal + of.noise * stream.normal();
  });
  return { x, y, truth };
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const dot = (u: ArrayLike<number>, v: ArrayLike<number>) =>
    Array.from(u).reduce((sum, value, index) => sum + value * v[index]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

test.each([
  [0.05, [0.996013807202, 0.613253366961, 0], 0.09264833247614801],
  [0.3, [0.6017338637, 0.182847740219, -0.122685210289], 1.0632685282692935],
])('a small fit agrees with scikit-learn at λ %f', (lambda, weights, intercept) => {
  const x = matrixFromRows([
    [0, 1, 2],
    [1, 0, 1],
    [2, 1, 0],
    [0, 0, 3],
    [1, 2, 1],
    [3, 1, 0],
    [0, 2, 2],
    [2, 0, 1],
    [1, 1, 1],
  ]);
  const y = Float64Array.of(1.2, 0.5, 3.1, 0.2, 2.2, 4, 1.1, 1.9, 1.5);
  const fit = lassoPath({ x, y, lambdas: [lambda], tolerance: 1e-10 }).fits[0]!;
  weights.forEach((weight, feature) => expect(fit.weights[feature]).toBeCloseTo(weight, 8));
  expect(fit.intercept).toBeCloseTo(intercept, 8);
});

test('of an orthonormal design the fit soft-thresholds least squares', () => {
  // Columns of a Hadamard matrix: orthogonal, mean 0, variance 1.
  const hadamard = (i: number, j: number) => ((i & j).toString(2).replaceAll('0', '').length % 2 === 0 ? 1 : -1);
  const x = matrixFromRows(
    Array.from({ length: 16 }, (_, row) => Array.from({ length: 7 }, (_unused, column) => hadamard(row, column + 1))),
  );
  const y = normalMatrix(16, 1, 3).values;
  const leastSquares = Array.from({ length: 7 }, (_, column) =>
    y.reduce((sum, value, row) => sum + (value * hadamard(row, column + 1)) / 16, 0),
  );
  const fit = lassoPath({ x, y, lambdas: [0.1] }).fits[0]!;
  leastSquares.forEach((weight, column) => {
    expect(fit.weights[column]).toBeCloseTo(Math.sign(weight) * Math.max(0, Math.abs(weight) - 0.1), 10);
  });
});

test('the optimality conditions hold along the whole path, recomputed from data', () => {
  const { x, y } = sparseProblem({ rows: 80, features: 40, active: 5, noise: 1, seed: 1 });
  for (const scale of [true, false]) {
    const { fits, largestLambda } = lassoPath({ x, y, scale });
    expect(fits.length).toBeGreaterThan(30);
    expect(fits.every(fit => fit.converged)).toBe(true);
    for (const fit of fits) expect(lassoViolation({ x, y, scale }, fit)).toBeLessThan(1e-6 * largestLambda);
  }
});

test('λ from the largest on sets every weight to 0, and just below it one enters', () => {
  const { x, y } = sparseProblem({ rows: 50, features: 20, active: 3, noise: 1, seed: 2 });
  const { largestLambda } = lassoPath({ x, y, steps: 1 });
  const [above, at, below] = lassoPath({
    x,
    y,
    lambdas: [1.5 * largestLambda, largestLambda, 0.999 * largestLambda],
  }).fits;
  expect([above!.active, at!.active, below!.active]).toEqual([0, 0, 1]);
  expect(above!.intercept).toBeCloseTo(y.reduce((sum, value) => sum + value, 0) / 50, 12);
});

test('eight of three hundred features are recovered from four hundred rows', () => {
  const { x, y, truth } = sparseProblem({ rows: 400, features: 300, active: 8, noise: 1, seed: 3 });
  const lambdas = lambdaGrid({ largestLambda: 1.2, steps: 20, smallestRatio: 0.02 });
  const chosen = chooseLassoPenalty({ x, y, lambdas, folds: 5, seed: 1 });
  const fit = lassoPath({ x, y, lambdas: [chosen.lambda] }).fits[0]!;
  expect(cosine(fit.weights, truth)).toBeGreaterThan(0.95);
  expect(chosen.lambdaOneSe).toBeGreaterThanOrEqual(chosen.lambda);
});

test('weights follow the scale of features and outputs', () => {
  const { x, y } = sparseProblem({ rows: 60, features: 10, active: 3, noise: 1, seed: 4 });
  const fit = lassoPath({ x, y, lambdas: [0.2] }).fits[0]!;
  const bigger = denseMatrix(
    60,
    10,
    x.values.map(value => 5 * value + 3),
  );
  const moved = lassoPath({ x: bigger, y: y.map(value => 2 * value - 1), lambdas: [0.4] }).fits[0]!;
  fit.weights.forEach((weight, feature) => expect(moved.weights[feature]).toBeCloseTo((2 * weight) / 5, 8));
  predictLasso(moved, bigger).forEach((value, row) => expect(value).toBeCloseTo(2 * predictLasso(fit, x)[row]! - 1, 7));
});

test('columns without spread and collinear columns do no harm', () => {
  const base = normalMatrix(30, 2, 5);
  const x = matrixFromRows(
    Array.from({ length: 30 }, (_, row) => [
      base.values[2 * row]!,
      0.1,
      base.values[2 * row]!,
      base.values[2 * row + 1]!,
    ]),
  );
  const y = Float64Array.from({ length: 30 }, (_, row) => base.values[2 * row]! + 0.01 * base.values[2 * row + 1]!);
  const { fits } = lassoPath({ x, y, steps: 20 });
  for (const fit of fits) {
    expect(fit.weights[1]).toBe(0);
    expect(fit.converged).toBe(true);
  }
});

test('a constant output gives no weights', () => {
  const { fits, largestLambda } = lassoPath({ x: normalMatrix(10, 3, 6), y: new Float64Array(10).fill(4), steps: 3 });
  expect(largestLambda).toBe(0);
  expect(fits[0]).toMatchObject({ active: 0, intercept: 4 });
});

test('the default path has a hundred penalties down to a millionth of the largest', () => {
  const grid = lambdaGrid({ largestLambda: 2 });
  expect(grid).toHaveLength(100);
  expect(grid[0]).toBe(2);
  expect(grid[99]).toBeCloseTo(2e-6, 12);
  expect(grid[1]! / grid[0]!).toBeCloseTo(grid[99]! / grid[98]!, 12);
});

test('cross-validation of ridge prefers a penalty where there is noise, and predicts held-out rows', () => {
  const { x, y } = sparseProblem({ rows: 60, features: 40, active: 2, noise: 3, seed: 7 });
  const curve = chooseRidgePenalty({ x, y, folds: 5, seed: 1 });
  expect(curve.lambda).toBeGreaterThan(Math.min(...curve.lambdas));
  expect(curve.meanSquaredErrors[curve.lambdas.indexOf(curve.lambda)]).toBe(Math.min(...curve.meanSquaredErrors));
  const errors = curve.predictions.map((value, row) => (value - y[row]!) ** 2);
  expect(errors.reduce((sum, error) => sum + error, 0) / 60).toBeCloseTo(Math.min(...curve.meanSquaredErrors), 10);
});
