/** LASSO: linear regression with an L1 penalty, along a path of penalties. */
import { type DenseMatrix, rowOf } from './dense-matrix.ts';
import { descend, type LassoState } from './lasso-descent.ts';
import { mean, sumOfSquares } from './moments.ts';
import { standardize, type StandardizedColumns } from './standardized-columns.ts';
import { dot, largestMagnitude } from './vector.ts';

/** One penalty of a path, in the units of the data. n counts rows. */
export interface LassoFit {
  readonly n: number;
  readonly lambda: number;
  readonly weights: Float64Array;
  readonly intercept: number;
  /** Features with a weight other than 0. */
  readonly active: number;
  /** How far the optimality conditions are violated, in units of λ (see `lassoViolation`). */
  readonly violation: number;
  /** The violation is within the tolerance asked for; false where the sweeps ran out first. */
  readonly converged: boolean;
}

export interface LassoPath {
  /** The smallest penalty at which every weight is 0: max |x̃ⱼᵀỹ|/m. */
  readonly largestLambda: number;
  /** One per penalty, largest penalty first. */
  readonly fits: readonly LassoFit[];
}

export interface LassoOptions {
  readonly x: DenseMatrix;
  readonly y: Float64Array;
  /**
   * Penalties; not given, `steps` from largestLambda down to `smallestRatio` times it, evenly in logarithms, ending
   * early, as in glmnet, at a fit that explains .999 of the variance or 1e-5 no more of it than the one before.
   */
  readonly lambdas?: readonly number[];
  readonly steps?: number;
  readonly smallestRatio?: number;
  /** Scale columns to population standard deviation 1 before penalising; weights come back in the data's units. */
  readonly scale?: boolean;
  /** Largest violation, as a share of largestLambda. */
  readonly tolerance?: number;
}

/**
 * min (1/2m)‖ỹ − X̃w‖² + λ‖w‖₁ with centred columns and an unpenalised intercept (Tibshirani 1996), by cyclic coordinate
 * descent with covariance updates and warm starts (Friedman, Hastie & Tibshirani 2010). Columns without spread get
 * weight 0.
 */
export function lassoPath(options: LassoOptions): LassoPath {
  const { x, y, scale = true, tolerance = 1e-7 } = options;
  const data = standardize({ x, y, scale });
  const largestLambda = largestMagnitude(data.correlations);
  const total = sumOfSquares(y);
  const fits: LassoFit[] = [];
  let state: LassoState | undefined;
  let explained = 0;
  for (const lambda of options.lambdas ?? lambdaGrid({ ...options, largestLambda })) {
    state = descend({ data, lambda, tolerance: tolerance * largestLambda, from: state });
    const fit = inDataUnits(data, lambda, state);
    fits.push(fit);
    const before = explained;
    explained = 1 - squaredError(fit, { x, y }) / total;
    const settled = explained >= mostExplained || (before > 0 && explained - before < leastGain * explained);
    if (options.lambdas === undefined && settled) break;
  }
  return { largestLambda, fits };
}

const mostExplained = 0.999;
const leastGain = 1e-5;

function inDataUnits(data: StandardizedColumns, lambda: number, state: LassoState): LassoFit {
  const weights = state.weights.map((weight, column) => weight / (data.scales[column] ?? Number.NaN));
  return {
    n: data.rows,
    lambda,
    weights,
    intercept: data.meanY - dot(weights, data.means),
    active: weights.filter(weight => weight !== 0).length,
    violation: state.violation,
    converged: state.converged,
  };
}

function squaredError(fit: LassoFit, { x, y }: { readonly x: DenseMatrix; readonly y: Float64Array }): number {
  return predictLasso(fit, x).reduce((sum, value, row) => sum + (value - (y[row] ?? Number.NaN)) ** 2, 0);
}

/** Penalties evenly spaced in logarithms, largest first: 100 down to 1e-6 of the largest, as in the datamodels paper. */
export function lambdaGrid(grid: {
  readonly largestLambda: number;
  readonly steps?: number;
  readonly smallestRatio?: number;
}): number[] {
  const { largestLambda, steps = 100, smallestRatio = 1e-6 } = grid;
  return Array.from({ length: steps }, (_, step) => largestLambda * smallestRatio ** (step / Math.max(1, steps - 1)));
}

/**
 * How far weights are from a LASSO optimum, computed afresh from data and residuals: max over features of
 * |x̃ⱼᵀr/m − λ·sign(wⱼ)| on the active set, of |x̃ⱼᵀr|/m − λ off it, and |mean of r| for the intercept (the
 * Karush–Kuhn–Tucker conditions).
 */
export function lassoViolation(
  data: { readonly x: DenseMatrix; readonly y: Float64Array; readonly scale?: boolean },
  fit: { readonly lambda: number; readonly weights: Float64Array; readonly intercept: number },
): number {
  const residual = data.y.map((value, row) => value - fit.intercept - dot(rowOf(data.x, row), fit.weights));
  const { correlations } = standardize({ x: data.x, y: residual, scale: data.scale ?? true });
  return correlations.reduce(
    (worst, correlation, column) => {
      const weight = fit.weights[column] ?? Number.NaN;
      const excess =
        weight === 0
          ? Math.max(0, Math.abs(correlation) - fit.lambda)
          : Math.abs(correlation - fit.lambda * Math.sign(weight));
      return Math.max(worst, excess);
    },
    Math.abs(mean(residual)),
  );
}

/** Predictions of rows. */
export function predictLasso(fit: LassoFit, x: DenseMatrix): Float64Array {
  return Float64Array.from({ length: x.rows }, (_, row) => fit.intercept + dot(rowOf(x, row), fit.weights));
}
