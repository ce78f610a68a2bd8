import { expect, test } from 'vitest';
import { columnMatrix, columnOf, matrixFromRows, selectRows } from '../../stats/dense-matrix.ts';
import { multiply, multiplyTransposed, rowGram, rowProducts } from '../../stats/matrix-product.ts';
import { solvePositiveDefinite, symmetricEigen } from '../../stats/linear-system.ts';
import { fitRidge, predictRidge } from '../../stats/ridge.ts';
import { UnsuitableDataError } from '../../stats/unsuitable-data-error.ts';
import { loadConcrete } from './concrete.ts';
import { normalMatrix } from './random-data.ts';

const { train, test: held } = loadConcrete();

function meanSquaredError(predicted: readonly number[] | Float64Array, actual: Float64Array): number {
  return actual.reduce((sum, value, row) => sum + (value - predicted[row]!) ** 2, 0) / actual.length;
}

test('the concrete regression has the known weights and errors', () => {
  const fit = fitRidge({ ...train, lambda: 1, intercept: false });
  const theta = [0.73243213, 0.51240947, 0.32041168, -0.19742196, 0.11132228, 0.074285072, 0.095234884, 0.43115059, 0];
  theta.forEach((weight, feature) => expect(fit.weights.values[feature]).toBeCloseTo(weight, 7));
  expect([train.x.rows, held.x.rows]).toEqual([927, 103]);
  expect(meanSquaredError(predictRidge(fit, held.x).values, held.y.values)).toBeCloseTo(0.31898693, 7);
  expect(meanSquaredError(predictRidge(fit, train.x).values, train.y.values)).toBeCloseTo(0.3864097, 7);
});

test('leaving a row out and fitting again equals the known exact changes', () => {
  const full = predictRidge(fitRidge({ ...train, lambda: 1, intercept: false }), held.x).values[0]!;
  const known = [-0.0074563207, 0.00093499982, 0.000335161, -0.0040117742, 0.001035242];
  known.forEach((change, left) => {
    const rows = Array.from({ length: 927 }, (_, row) => row).filter(row => row !== left);
    const fit = fitRidge({ x: selectRows(train.x, rows), y: selectRows(train.y, rows), lambda: 1, intercept: false });
    expect(predictRidge(fit, held.x).values[0]! - full).toBeCloseTo(change, 9);
  });
});

test('a small fit with an intercept agrees with scikit-learn', () => {
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
  const y = columnMatrix([1.2, 0.5, 3.1, 0.2, 2.2, 4, 1.1, 1.9, 1.5]);
  const fit = fitRidge({ x, y, lambda: 0.7 });
  [0.827906791882, 0.543993391897, -0.180055246089].forEach((weight, feature) => {
    expect(fit.weights.values[feature]).toBeCloseTo(weight, 10);
  });
  expect(fit.intercepts[0]).toBeCloseTo(0.5610658503309678, 10);
});

test.each([
  [30, 8],
  [12, 40],
])('primal and dual agree for %i rows and %i features, with several outputs', (rows, features) => {
  const [x, y] = [normalMatrix(rows, features, 1), normalMatrix(rows, 3, 2)];
  const primal = fitRidge({ x, y, lambda: 0.4, form: 'primal' });
  const dual = fitRidge({ x, y, lambda: 0.4, form: 'dual' });
  primal.weights.values.forEach((weight, index) => expect(dual.weights.values[index]).toBeCloseTo(weight, 9));
  expect([...dual.intercepts]).toEqual([...primal.intercepts].map(value => expect.closeTo(value, 9)));
  expect(fitRidge({ x, y, lambda: 0.4 }).form).toBe(features <= rows ? 'primal' : 'dual');
});

test('the gradient of the ridge objective is 0 at the fit', () => {
  const [x, y] = [normalMatrix(40, 6, 3), normalMatrix(40, 1, 4)];
  const fit = fitRidge({ x, y, lambda: 2.5 });
  const predicted = predictRidge(fit, x);
  const residual = columnMatrix(y.values.map((value, row) => predicted.values[row]! - value));
  multiplyTransposed(x, residual).values.forEach((slope, feature) => {
    expect(slope + 2.5 * fit.weights.values[feature]!).toBeCloseTo(0, 10);
  });
  expect(residual.values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 10);
});

test('without a penalty the fit is least squares: an exact relation is recovered, and collinearity is refused', () => {
  const x = normalMatrix(20, 3, 5);
  const y = columnMatrix(columnOf(x, 0).map((value, row) => 2 * value - columnOf(x, 2)[row]! + 7));
  const fit = fitRidge({ x, y, lambda: 0 });
  expect([...fit.weights.values]).toEqual([2, 0, -1].map(value => expect.closeTo(value, 10)));
  expect(fit.intercepts[0]).toBeCloseTo(7, 10);
  const doubled = matrixFromRows(Array.from({ length: 20 }, (_, row) => [x.values[3 * row]!, 2 * x.values[3 * row]!]));
  expect(() => fitRidge({ x: doubled, y, lambda: 0 })).toThrow(UnsuitableDataError);
  expect(() => fitRidge({ x: doubled, y, lambda: 0 })).toThrow('use a positive ridge penalty');
  expect(() => fitRidge({ x: normalMatrix(5, 9, 1), y: normalMatrix(5, 1, 1), lambda: 0 })).toThrow(
    'no unique solution',
  );
});

test('matrix products agree with each other', () => {
  const [a, b] = [normalMatrix(4, 3, 6), normalMatrix(3, 5, 7)];
  const product = multiply(a, b);
  expect(product.values[7]).toBeCloseTo(
    a.values[3]! * b.values[2]! + a.values[4]! * b.values[7]! + a.values[5]! * b.values[12]!,
    12,
  );
  const gram = rowGram(a);
  rowProducts(a, a).values.forEach((value, index) => expect(gram.values[index]).toBeCloseTo(value, 12));
  expect(() => multiply(a, a)).toThrow('internal: no matrix product over 3 and 4');
});

test('eigenvectors come largest first and give the matrix back', () => {
  const a = rowGram(normalMatrix(5, 7, 8));
  const { values, vectors } = symmetricEigen(a);
  expect([...values]).toEqual([...values].toSorted((x, y) => y - x));
  const rebuilt = multiplyTransposed(
    vectors,
    multiply(matrixFromRows(Array.from(values, (value, i) => values.map((_, j) => (i === j ? value : 0)))), vectors),
  );
  a.values.forEach((value, index) => expect(rebuilt.values[index]).toBeCloseTo(value, 10));
  const solved = solvePositiveDefinite(a, columnMatrix([1, 2, 3, 4, 5]));
  expect([...multiply(a, solved).values]).toEqual([1, 2, 3, 4, 5].map(value => expect.closeTo(value, 9)));
});

test('a missing number is named, not spread through the fit', () => {
  const y = columnMatrix([1, Number.NaN, 3]);
  expect(() => fitRidge({ x: normalMatrix(3, 1, 1), y, lambda: 1 })).toThrow(
    'outputs of a ridge regression: value 2 of 3 is NaN',
  );
});
