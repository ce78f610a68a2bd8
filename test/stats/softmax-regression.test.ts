import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { matrixFromRows } from '../../stats/dense-matrix.ts';
import type { DesignMatrix } from '../../stats/design-matrix.ts';
import { rocAuc } from '../../stats/roc-auc.ts';
import { largestImportances, softmaxLogits, softmaxRegression } from '../../stats/softmax-regression.ts';
import { sparseMatrix } from '../../stats/sparse-matrix.ts';

const features = [
  [0, 1, 2],
  [1, 0, 1],
  [2, 1, 0],
  [0, 0, 3],
  [1, 2, 1],
  [3, 1, 0],
  [0, 2, 2],
  [2, 0, 1],
  [1, 1, 1],
];
const threeLabels = 'a b c a b c a b c'.split(' ');
const sparse = (rows: readonly (readonly number[])[]) =>
  sparseMatrix(
    rows.map(row => new Map(row.flatMap((value, column) => (value === 0 ? [] : [[column, value] as const])))),
    rows[0]!.length,
  );

/** Reference: scikit-learn's LogisticRegression(C=2), class by feature, then intercepts. */
const threeClasses = [
  [-1.045984296965, 0.100215804972, 1.177290359007],
  [0.307846623602, -0.334458264085, -0.100213193198],
  [0.738137673363, 0.234242459113, -1.077077165809],
];
const threeIntercepts = [-0.906669705617, 0.662248599893, 0.244421105724];

test.each([
  ['dense', matrixFromRows(features)],
  ['sparse', sparse(features)],
] as const)('three classes agree with scikit-learn, class sums are 0 and the optimum is reported: %s', (_, x) => {
  const fit = softmaxRegression({ x, labels: threeLabels, c: 2, gradientTolerance: 1e-9 });
  expect(fit).toMatchObject({ converged: true, classes: ['a', 'b', 'c'], n: 9 });
  threeClasses.forEach((weights, k) => {
    weights.forEach((weight, feature) => expect(fit.weights[feature * 3 + k]).toBeCloseTo(weight, 5));
    expect(fit.intercepts[k]).toBeCloseTo(threeIntercepts[k]!, 5);
  });
  for (let feature = 0; feature < 3; feature++) {
    expect(fit.weights.slice(3 * feature, 3 * feature + 3).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(0, 9);
  }
});

test('two classes carry the penalty of ordinary logistic regression', () => {
  const fit = softmaxRegression({
    x: matrixFromRows(features),
    labels: 'a b a b a b a b b'.split(' '),
    c: 2,
    gradientTolerance: 1e-9,
  });
  [0.73725734443, -1.533075468515, 0.363096441453].forEach((weight, feature) => {
    expect(fit.weights[feature * 2 + 1]! - fit.weights[feature * 2]!).toBeCloseTo(weight, 5);
  });
  expect(fit.intercepts[1]! - fit.intercepts[0]!).toBeCloseTo(0.362979439131, 5);
});

test('adapter scalars of 159 responses give the known coefficients, accuracy and AUC', () => {
  const lines = readFileSync(new URL('fixtures/lora-scalars.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const rows = lines.map(line => line.split(',').map(Number));
  const raw = rows.map(row => row.slice(1));
  const columns = raw[0]!.map((_, column) => raw.map(row => row[column]!));
  const scaled = columns.map(values => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    return values.map(value => (value - mean) / sd);
  });
  const x = matrixFromRows(raw.map((_, row) => scaled.map(column => column[row]!)));
  const labels = rows.map(row => (row[0] === 1 ? 'misaligned' : 'aligned'));
  const fit = softmaxRegression({ x, labels, c: 1 });
  const expected = [
    0.37714108, -0.047396416, -0.48098789, -0.66684985, 0.74353356, 0.56554337, -1.5775813, 0.53815919, -2.8146697,
  ];
  expected.forEach((weight, feature) => {
    expect(Math.abs(fit.weights[feature * 2 + 1]! - fit.weights[feature * 2]! - weight)).toBeLessThan(1e-4);
  });
  expect(fit.intercepts[1]! - fit.intercepts[0]!).toBeCloseTo(0.10182838, 4);
  const logits = softmaxLogits(fit, x);
  const margins = labels.map((_, row) => logits[2 * row + 1]! - logits[2 * row]!);
  const hits = margins.filter((margin, row) => margin > 0 === (labels[row] === 'misaligned')).length;
  expect(hits / 159).toBeCloseTo(0.93710692, 8);
  expect(
    rocAuc(
      margins,
      labels.map(label => label === 'misaligned'),
    ),
  ).toBeCloseTo(0.98380952, 8);
});

test('one unpenalised binary feature has the log odds ratio as its weight', () => {
  const cells = [
    [1, 'one', 30],
    [0, 'one', 5],
    [1, 'zero', 10],
    [0, 'zero', 55],
  ] as const;
  const rows = cells.flatMap(([x, label, times]) => Array.from({ length: times }, () => ({ x, label })));
  const fit = softmaxRegression({
    x: matrixFromRows(rows.map(({ x }) => [x])),
    labels: rows.map(({ label }) => label),
    c: Number.POSITIVE_INFINITY,
  });
  expect(fit.weights[0]! - fit.weights[1]!).toBeCloseTo(3.4965076, 6);
  expect(fit.converged).toBe(true);
});

/** ‖Xᵀ(P − Y) + W/C‖∞ and the largest |Σ residuals|, from the definition. */
function optimality(x: DesignMatrix, rows: readonly (readonly number[])[], labels: readonly string[], c: number) {
  const fit = softmaxRegression({ x, labels, c, gradientTolerance: 1e-7 });
  const K = fit.classes.length;
  const logits = softmaxLogits(fit, x);
  const residuals = rows.map((_, row) => {
    const own = logits.slice(row * K, row * K + K);
    const total = own.reduce((sum, each) => sum + Math.exp(each), 0);
    return Array.from(own, (each, k) => Math.exp(each) / total - (fit.classes[k] === labels[row] ? 1 : 0));
  });
  let worst = 0;
  for (let k = 0; k < K; k++) {
    for (let feature = 0; feature < x.columns; feature++) {
      const slope = rows.reduce((sum, row, index) => sum + row[feature]! * residuals[index]![k]!, 0);
      worst = Math.max(worst, Math.abs(slope + fit.weights[feature * K + k]! / c));
    }
  }
  const sums = Array.from({ length: K }, (_, k) => Math.abs(residuals.reduce((sum, each) => sum + each[k]!, 0)));
  return { gradient: worst, residualSum: Math.max(...sums) };
}

test('the optimality conditions hold, recomputed from the definition', () => {
  const stream = randomStream(1, 'counts');
  const rows = Array.from({ length: 60 }, () => Array.from({ length: 12 }, () => stream.integer(4)));
  const labels = rows.map(row => 'abcd'[(row[0]! + stream.integer(2)) % 4]!);
  const { gradient, residualSum } = optimality(sparse(rows), rows, labels, 1);
  expect(gradient).toBeLessThan(1.1e-7);
  expect(residualSum).toBeLessThan(1.1e-7);
});

test('separable classes without a penalty are reported as not converged or with a vanishing gradient', () => {
  const x = matrixFromRows([[-2], [-1], [1], [2]]);
  const fit = softmaxRegression({ x, labels: ['a', 'a', 'b', 'b'], c: Number.POSITIVE_INFINITY, gradientTolerance: 0 });
  expect(fit.converged).toBe(false);
});

test('importances are coefficients times the spread of the feature', () => {
  const x = sparse(features);
  const fit = softmaxRegression({ x, labels: threeLabels, c: 2 });
  const importances = largestImportances(fit, x, 2);
  expect(importances).toHaveLength(6);
  for (const { label, feature, coefficient, importance } of importances) {
    const values = features.map(row => row[feature]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / 9;
    const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 9);
    expect(importance).toBeCloseTo(coefficient * sd, 10);
    expect(coefficient).toBe(fit.weights[feature * 3 + fit.classes.indexOf(label)]);
  }
});

test('one class is refused', () => {
  expect(() => softmaxRegression({ x: matrixFromRows([[1], [2]]), labels: ['a', 'a'] })).toThrow(
    'a classifier needs two classes or more, found 1',
  );
});
