/** Time of the heavier statistics at the sizes studies have. Prints milliseconds; run it on an idle machine. */
import { test } from 'vitest';
import { randomStream } from '../schemas/random.ts';
import { fitDatamodel, predictHeldOut } from '../stats/datamodel.ts';
import { columnMatrix, denseMatrix, type DenseMatrix } from '../stats/dense-matrix.ts';
import { divergenceTest } from '../stats/divergence-test.ts';
import { heldOutLds } from '../stats/held-out-lds.ts';
import { lassoPath } from '../stats/lasso.ts';
import { fitRidge } from '../stats/ridge.ts';
import { softmaxRegression } from '../stats/softmax-regression.ts';
import { countTokens } from '../stats/token-counts.ts';
import { tokenFeatures } from '../stats/token-features.ts';

function time<Result>(name: string, work: () => Result): Result {
  const start = performance.now();
  const result = work();
  console.log(`${name.padEnd(78)} ${(performance.now() - start).toFixed(0).padStart(7)} ms`);
  return result;
}

function normal(rows: number, columns: number, seed: number): DenseMatrix {
  const stream = randomStream(seed, 'bench');
  return denseMatrix(
    rows,
    columns,
    Float64Array.from({ length: rows * columns }, () => stream.normal()),
  );
}

test('regressions', () => {
  const x = normal(400, 300, 1);
  const y = x.values.filter((_, index) => index % 300 === 0).map((value, row) => value + x.values[row]!);
  const path = time('LASSO path, 400 × 300', () => lassoPath({ x, y }));
  console.log(`  ${path.fits.length} penalties, ${path.fits.at(-1)!.active} active at the last`);
  time('ridge, 100 × 4656 with 481 outputs (dual)', () =>
    fitRidge({ x: normal(100, 4656, 2), y: normal(100, 481, 3), lambda: 1000 }),
  );
  time('ridge, 2000 × 500 (primal)', () => fitRidge({ x: normal(2000, 500, 4), y: normal(2000, 1, 5), lambda: 1 }));
});

test('datamodels', () => {
  const masks = denseMatrix(
    100,
    480,
    normal(100, 480, 6).values.map(value => (value > 0 ? 1 : 0)),
  );
  const outputs = normal(100, 1, 7);
  const estimator = { method: 'ridge', lambda: 1 } as const;
  time('datamodel, 100 subsets × 480 units, 999 permutations', () =>
    fitDatamodel({ masks, outputs: outputs.values, estimator, draws: 999, seed: 1 }),
  );
  const foldOf = Int32Array.from({ length: 100 }, (_, row) => row % 5);
  const many = normal(100, 481, 8);
  const predictions = time('held-out predictions of 481 outputs', () =>
    predictHeldOut({ masks, outputs: many, estimator, foldOf }),
  );
  time('LDS of 481 queries, 999 bootstraps', () => heldOutLds({ predictions, outputs: many, foldOf, seed: 1 }));
  time('LDS of one query, 999 bootstraps', () =>
    heldOutLds({ predictions: columnMatrix(outputs.values), outputs, foldOf, seed: 1 }),
  );
});

test('corpora', () => {
  const stream = randomStream(9, 'corpora');
  // Words by a law near Zipf's, from 5000.
  const word = () => `w${Math.floor(5000 ** stream.uniform())}`;
  const documents = Array.from({ length: 5000 }, () => [Array.from({ length: 50 }, word)]);
  const rows = Int32Array.from(documents.keys());
  for (const order of [1, 2] as const) {
    const tokens = time(`counts of order ${order}, 5000 documents of 50 tokens`, () => countTokens(documents, order));
    time(`divergence with 199 label shuffles, ${tokens.terms.length} terms`, () =>
      divergenceTest({ tokens, rowsP: rows.slice(0, 2500), rowsQ: rows.slice(2500), draws: 199, seed: 1 }),
    );
    if (order === 1) {
      const { x } = tokenFeatures(tokens, { weighting: 'count', minDocuments: 2 });
      const labels = documents.map((_, row) => `c${row % 4}`);
      const fit = time(`softmax regression, 5000 × ${x.columns}, 4 classes`, () => softmaxRegression({ x, labels }));
      console.log(`  gradient ${fit.gradientNorm.toExponential(1)}, converged ${fit.converged}`);
    }
  }
});

test('activations', () => {
  const labels = Array.from({ length: 250 }, (_, row) => `c${row % 5}`);
  const fit = time('softmax probe, 250 × 3584, 5 classes', () =>
    softmaxRegression({ x: normal(250, 3584, 10), labels }),
  );
  console.log(`  gradient ${fit.gradientNorm.toExponential(1)}, converged ${fit.converged}`);
});
