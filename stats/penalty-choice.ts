/** Ridge and LASSO penalties chosen by cross-validation. */
import { columnMatrix, columnOf, type DenseMatrix } from './dense-matrix.ts';
import { groupedFolds } from './grouped-folds.ts';
import { lassoPath, predictLasso } from './lasso.ts';
import { sum } from './moments.ts';
import { crossValidatePenalty, type PenaltyCurve } from './penalty-curve.ts';
import { fitRidge, predictRidge } from './ridge.ts';
import { standardize } from './standardized-columns.ts';

export interface PenaltyChoiceOptions {
  readonly x: DenseMatrix;
  readonly y: Float64Array;
  /** Penalties to try. */
  readonly lambdas?: readonly number[];
  readonly folds: number;
  /** Rows of one group share a fold; not given, every row is its own. */
  readonly groups?: readonly string[];
  readonly seed: number;
}

/** The ridge penalty; by default from 1e-4 to 1e4 times the mean of Σ x̃ⱼ², two to a decade. */
export function chooseRidgePenalty(options: PenaltyChoiceOptions): PenaltyCurve {
  const { x, y, lambdas = ridgeGrid(x, y) } = options;
  return crossValidatePenalty({
    x,
    y,
    lambdas,
    foldOf: foldsOf(options),
    path: (train, testX) =>
      lambdas.map(lambda =>
        columnOf(predictRidge(fitRidge({ x: train.x, y: columnMatrix(train.y), lambda }), testX), 0),
      ),
  });
}

/** The LASSO penalty, by default along the path of all rows (`lassoPath`). */
export function chooseLassoPenalty(options: PenaltyChoiceOptions & { readonly scale?: boolean }): PenaltyCurve {
  const { x, y, scale = true } = options;
  const lambdas = options.lambdas ?? lassoPath({ x, y, scale }).fits.map(fit => fit.lambda);
  return crossValidatePenalty({
    x,
    y,
    lambdas,
    foldOf: foldsOf(options),
    path: (train, testX) => lassoPath({ ...train, scale, lambdas }).fits.map(fit => predictLasso(fit, testX)),
  });
}

function foldsOf({ x, groups, folds, seed }: PenaltyChoiceOptions): Int32Array {
  return groupedFolds({ groups: groups ?? Array.from({ length: x.rows }, (_, row) => `${row}`), folds, seed });
}

function ridgeGrid(x: DenseMatrix, y: Float64Array): number[] {
  const { squares, rows } = standardize({ x, y, scale: false });
  const size = (sum(squares) * rows) / squares.length;
  return Array.from({ length: 17 }, (_, step) => size * 10 ** (4 - step / 2));
}
