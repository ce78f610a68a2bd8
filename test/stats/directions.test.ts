import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import {
  cosineScores,
  decompose,
  meanDifferenceAxis,
  projectionScores,
  randomCosine,
  randomDirections,
} from '../../stats/activation-axis.ts';
import {
  centerColumns,
  columnMeans,
  denseMatrix,
  matrixFromRows,
  rowOf,
  selectRows,
} from '../../stats/dense-matrix.ts';
import { centroidComponents, discriminantDirections } from '../../stats/separating-direction.ts';
import { varianceAcrossModels } from '../../stats/variance-across-models.ts';
import { cosine, dot, norm } from '../../stats/vector.ts';
import { normalMatrix } from './random-data.ts';

/** Rows h = s·u + noise for s = ±1, and the labels. */
function planted(rows: number, dimension: number, noise: number) {
  const u = randomDirections({ dimension, count: 1, seed: 1 }).values;
  const base = normalMatrix(rows, dimension, 2);
  const x = denseMatrix(
    rows,
    dimension,
    base.values.map((value, index) => {
      const side = Math.floor(index / dimension) % 2 === 0 ? 1 : -1;
      return noise * value + side * u[index % dimension]!;
    }),
  );
  return { x, u, labels: Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? 'plus' : 'minus')) };
}

const evenRows = (rows: number) => Array.from({ length: rows / 2 }, (_, index) => 2 * index);
const oddRows = (rows: number) => Array.from({ length: rows / 2 }, (_, index) => 2 * index + 1);

test('the mean difference finds a planted axis, and scores stand on it', () => {
  const { x, u } = planted(400, 64, 0.5);
  const axis = meanDifferenceAxis(selectRows(x, evenRows(400)), selectRows(x, oddRows(400)));
  expect(cosine(axis, u)).toBeGreaterThan(0.98);
  const projections = projectionScores(x, axis);
  expect(evenRows(400).filter(row => projections[row]! > 0).length).toBeGreaterThan(190);
  // ‖axis‖ = 2 for sides ±u, so projections are ±1 in activation units.
  const mean = evenRows(400).reduce((sum, row) => sum + projections[row]!, 0) / 200;
  expect(mean).toBeCloseTo(1, 1);
});

test('cosine scores ignore the scale of activations and axis but not what was subtracted before', () => {
  const x = matrixFromRows([
    [3, 1],
    [1, 4],
  ]);
  const axis = Float64Array.of(1, 2);
  const scores = cosineScores(x, axis);
  expect(scores[0]).toBeCloseTo(5 / Math.sqrt(10 * 5), 14);
  const scaled = cosineScores(
    denseMatrix(
      2,
      2,
      x.values.map(value => 7 * value),
    ),
    axis.map(value => 3 * value),
  );
  scaled.forEach((score, row) => expect(score).toBeCloseTo(scores[row]!, 14));
  expect(cosineScores(centerColumns(x), axis)[0]).toBeCloseTo(-cosineScores(centerColumns(x), axis)[1]!, 14);
  expect(cosineScores(centerColumns(x), axis)[0]).not.toBeCloseTo(scores[0]!, 1);
  expect(cosineScores(x, Float64Array.of(0, 0))[0]).toBeNaN();
  expect(projectionScores(x, Float64Array.of(0, 0))[0]).toBeNaN();
});

test('the parts of a vector along and across an axis make up its length', () => {
  const vector = Float64Array.of(1, 2, 2);
  const { along, orthogonal } = decompose(vector, Float64Array.of(3, 4, 0));
  expect(along).toBeCloseTo(11 / 5, 14);
  expect(along ** 2 + orthogonal ** 2).toBeCloseTo(9, 12);
});

test.each([
  [64, 0.125],
  [1024, 0.03125],
  [3584, 0.016703828],
])('random directions in %i dimensions have cosines of SD %f', (dimension, sd) => {
  expect(randomCosine(dimension).sd).toBeCloseTo(sd, 8);
  const directions = randomDirections({ dimension, count: 60, seed: 3 });
  expect(norm(rowOf(directions, 7))).toBeCloseTo(1, 12);
  const cosines = Array.from({ length: 60 }, (_, i) => i).flatMap(i =>
    Array.from({ length: i }, (_unused, j) => dot(rowOf(directions, i), rowOf(directions, j))),
  );
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.sqrt(mean(cosines.map(value => value * value))) / sd).toBeCloseTo(1, 1);
  expect(mean(cosines.map(Math.abs)) / randomCosine(dimension).meanMagnitude).toBeCloseTo(1, 1);
});

test('a random cosine in 3584 dimensions is .0133 on average', () => {
  expect(randomCosine(3584).meanMagnitude).toBeCloseTo(0.0133, 4);
});

test('of two classes the discriminant is (S_w + γI)⁻¹(μ₁ − μ₂)', () => {
  const { x, labels } = planted(40, 3, 0.7);
  const gamma = 0.5;
  const { directions, shares, participationRatio } = discriminantDirections({ x, labels, gamma });
  expect(directions.rows).toBe(1);
  expect([...shares]).toEqual([1]);
  expect(participationRatio).toBeCloseTo(1, 12);
  // (S_w + γI)·v must be parallel to the difference of the means.
  const groups = [evenRows(40), oddRows(40)].map(rows => selectRows(x, rows));
  const difference = meanDifferenceAxis(groups[0]!, groups[1]!);
  const v = rowOf(directions, 0);
  const image = Float64Array.from(v, value => gamma * value);
  for (const group of groups) {
    const centered = centerColumns(group);
    for (let row = 0; row < 20; row++) {
      const h = rowOf(centered, row);
      const along = dot(h, v);
      h.forEach((value, axis) => {
        image[axis] = image[axis]! + along * value;
      });
    }
  }
  expect(Math.abs(cosine(image, difference))).toBeGreaterThan(1 - 1e-12);
});

test('primal and dual discriminants agree, with more features than rows and fewer', () => {
  const stream = randomStream(4, 'labels');
  for (const [rows, columns] of [
    [20, 35],
    [50, 6],
  ] as const) {
    const x = normalMatrix(rows, columns, 5);
    const labels = Array.from({ length: rows }, () => 'abcd'[stream.integer(4)]!);
    const primal = discriminantDirections({ x, labels, gamma: 0.3, form: 'primal' });
    const dual = discriminantDirections({ x, labels, gamma: 0.3, form: 'dual' });
    expect(primal.directions.rows).toBe(3);
    primal.directions.values.forEach((value, index) => expect(dual.directions.values[index]).toBeCloseTo(value, 8));
    primal.eigenvalues.forEach((value, index) => expect(dual.eigenvalues[index]! / value).toBeCloseTo(1, 8));
  }
});

test('centroids on one line have one component, spread evenly they have as many as classes less one', () => {
  const direction = [1, 2, -2];
  const line = matrixFromRows([0, 0, 1, 1, 3, 3].map(s => direction.map(value => s * value)));
  const labels = ['a', 'a', 'b', 'b', 'c', 'c'];
  const onLine = centroidComponents({ x: line, labels });
  expect(onLine.shares[0]).toBeCloseTo(1, 12);
  expect(onLine.participationRatio).toBeCloseTo(1, 10);
  expect(Math.abs(cosine(rowOf(onLine.directions, 0), Float64Array.from(direction)))).toBeCloseTo(1, 12);
  const corners = matrixFromRows(
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ].flatMap(row => [row, row]),
  );
  const spread = centroidComponents({ x: corners, labels });
  expect(spread.directions.rows).toBe(2);
  expect([...spread.shares]).toEqual([expect.closeTo(0.5, 12), expect.closeTo(0.5, 12)]);
  expect(spread.participationRatio).toBeCloseTo(2, 10);
});

test('spread within classes moves the discriminant but not the centroid component', () => {
  const { x, labels, u } = planted(60, 4, 0.3);
  const wide = Float64Array.of(u[1]!, -u[0]!, 0.5, 0);
  const stream = randomStream(6, 'wide');
  const noisy = denseMatrix(60, 4, x.values.slice());
  for (let row = 0; row < 60; row++) {
    const shift = 3 * stream.normal();
    wide.forEach((value, axis) => {
      noisy.values[row * 4 + axis]! += shift * value;
    });
  }
  const discriminant = rowOf(discriminantDirections({ x: noisy, labels, gamma: 0 }).directions, 0);
  const component = rowOf(centroidComponents({ x: noisy, labels }).directions, 0);
  expect(Math.abs(cosine(discriminant, wide))).toBeLessThan(0.1);
  expect(Math.abs(cosine(component, wide))).toBeGreaterThan(Math.abs(cosine(discriminant, wide)));
});

test('one class and a singular scatter are refused, equal centroids have no direction', () => {
  const x = normalMatrix(6, 9, 7);
  expect(() => centroidComponents({ x, labels: Array(6).fill('a') })).toThrow('two classes or more, found 1');
  expect(() => discriminantDirections({ x, labels: ['a', 'b', 'a', 'b', 'a', 'b'], gamma: 0 })).toThrow(
    'no unique solution',
  );
  const same = matrixFromRows([[1], [3], [1], [3]]);
  expect(centroidComponents({ x: same, labels: ['a', 'a', 'b', 'b'] }).directions.rows).toBe(0);
});

test('per prompt, the variance over models and the share of its largest direction are those of the definition', () => {
  const x = matrixFromRows([
    [1, 0],
    [3, 0],
    [2, 2],
    [2, 2],
    [0, 1],
  ]);
  const [first, second, third] = varianceAcrossModels(x, ['p1', 'p1', 'p2', 'p2', 'p3']);
  expect(first).toMatchObject({ prompt: 'p1', n: 2 });
  expect(first!.variance).toBeCloseTo(2, 12);
  expect(first!.largestShare).toBeCloseTo(1, 12);
  expect(second).toMatchObject({ n: 2, variance: 0, largestShare: Number.NaN });
  expect(third!.variance).toBeNaN();
  const random = normalMatrix(4, 3, 8);
  const [all] = varianceAcrossModels(random, Array(4).fill('p'));
  const means = columnMeans(random);
  const total = random.values.reduce((sum, value, index) => sum + (value - means[index % 3]!) ** 2, 0);
  expect(all!.variance).toBeCloseTo(total / 3, 10);
});
