/** Choosing a penalty by cross-validated squared error. */
import { type DenseMatrix, selectRows } from './dense-matrix.ts';
import { splitByFold } from './grouped-folds.ts';
import { mean, standardDeviation } from './moments.ts';

/** Held-out performance of each penalty; n counts rows. */
export interface PenaltyCurve {
  readonly n: number;
  readonly lambdas: readonly number[];
  /** Mean over rows of the squared held-out error, per penalty. */
  readonly meanSquaredErrors: readonly number[];
  /** Standard error of that mean over folds. */
  readonly standardErrors: readonly number[];
  /** The penalty of the smallest error. */
  readonly lambda: number;
  /** The largest penalty within one standard error of it (Breiman et al. 1984). */
  readonly lambdaOneSe: number;
  /** Held-out prediction of every row at `lambda`. */
  readonly predictions: Float64Array;
}

/** A fit of one output on training rows, as predictions of test rows: one vector per penalty. */
export type PenaltyPath = (
  train: { readonly x: DenseMatrix; readonly y: Float64Array },
  testX: DenseMatrix,
) => readonly Float64Array[];

/** Cross-validates a path of penalties over the folds of `foldOf` (see `groupedFolds`). */
export function crossValidatePenalty(options: {
  readonly x: DenseMatrix;
  readonly y: Float64Array;
  readonly lambdas: readonly number[];
  readonly foldOf: Int32Array;
  readonly path: PenaltyPath;
}): PenaltyCurve {
  const { x, y, lambdas, foldOf, path } = options;
  const folds = [...new Set(foldOf)].sort((a, b) => a - b);
  const predictions = lambdas.map(() => new Float64Array(x.rows));
  for (const fold of folds) {
    const { train, test } = splitByFold(foldOf, fold);
    const trainY = Float64Array.from(train, row => y[row] ?? Number.NaN);
    const perLambda = path({ x: selectRows(x, train), y: trainY }, selectRows(x, test));
    perLambda.forEach((predicted, index) => {
      test.forEach((row, position) => {
        const target = predictions[index];
        if (target) target[row] = predicted[position] ?? Number.NaN;
      });
    });
  }
  const errors = predictions.map(predicted => predicted.map((value, row) => (value - (y[row] ?? Number.NaN)) ** 2));
  const meanSquaredErrors = errors.map(each => mean(each));
  const standardErrors = errors.map(each => {
    const perFold = folds.map(fold => mean(each.filter((_, row) => foldOf[row] === fold)));
    return standardDeviation(perFold) / Math.sqrt(folds.length);
  });
  const best = meanSquaredErrors.indexOf(Math.min(...meanSquaredErrors));
  const bound = (meanSquaredErrors[best] ?? Number.NaN) + (standardErrors[best] ?? Number.NaN);
  const within = lambdas.filter((_, index) => (meanSquaredErrors[index] ?? Number.NaN) <= bound);
  return {
    n: x.rows,
    lambdas,
    meanSquaredErrors,
    standardErrors,
    lambda: lambdas[best] ?? Number.NaN,
    lambdaOneSe: Math.max(...within),
    predictions: predictions[best] ?? new Float64Array(0),
  };
}
