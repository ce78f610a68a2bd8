/** The score of cross-validated predictions: correlation within folds, and the pooled number that misleads. */
import { spearman } from './correlation.ts';
import { columnOf, type DenseMatrix, elementOf } from './dense-matrix.ts';
import { splitByFold } from './grouped-folds.ts';
import { bootstrapInterval, type Interval } from './interval.ts';
import { meanOfKnown } from './linear-datamodeling-score.ts';
import { resampledSpearman } from './resampled-spearman.ts';

/** n counts subsets. */
export interface HeldOutLds {
  readonly n: number;
  readonly queries: number;
  /** Mean over queries and folds of Spearman's ρ within a fold: the estimate to report. */
  readonly withinFold: number;
  /** Percentile bootstrap of withinFold, over subsets, each of which stays in its fold. */
  readonly interval: Interval;
  readonly perQuery: readonly number[];
  /**
   * ρ over all folds at once. Biased downwards, and not for reporting: a fold's predictions carry the mean of the other
   * folds, which is high exactly when its own outputs are low.
   */
  readonly pooled: number;
}

/** Correlates held-out predictions with outputs (both subsets × queries), whose direction cancels out. */
export function heldOutLds(options: {
  readonly predictions: DenseMatrix;
  readonly outputs: DenseMatrix;
  readonly foldOf: Int32Array;
  readonly draws?: number;
  readonly seed: number;
}): HeldOutLds {
  const { predictions, outputs, foldOf, draws = 999, seed } = options;
  const queries = Array.from({ length: outputs.columns }, (_, column) => column);
  const folds = [...new Set(foldOf)].map(fold => splitByFold(foldOf, fold).test);
  const pick = (matrix: DenseMatrix, rows: Int32Array, column: number) =>
    Float64Array.from(rows, row => elementOf(matrix, row, column));
  const perQuery = queries.map(query =>
    meanOfKnown(folds.map(rows => spearman(pick(predictions, rows, query), pick(outputs, rows, query)))),
  );
  const resampled = folds.map(rows => ({
    rows,
    rhos: queries.map(query => resampledSpearman(pick(predictions, rows, query), pick(outputs, rows, query))),
  }));
  const statistic = (counts: Int32Array) =>
    meanOfKnown(
      resampled.flatMap(({ rows, rhos }) => {
        const own = rows.map(row => counts[row] ?? 0);
        return rhos.map(rho => rho(own));
      }),
    );
  return {
    n: outputs.rows,
    queries: outputs.columns,
    withinFold: meanOfKnown(perQuery),
    interval: bootstrapInterval({ units: outputs.rows, statistic, draws, seed }),
    perQuery,
    pooled: meanOfKnown(queries.map(query => spearman(columnOf(predictions, query), columnOf(outputs, query)))),
  };
}
