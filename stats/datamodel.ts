/** Linear datamodels: which units of the training rows move a score, from retrainings on random subsets. */
import { randomStream } from '../schemas/random.ts';
import {
  columnMatrix,
  columnOf,
  type DenseMatrix,
  denseMatrix,
  matrixFromRows,
  rowOf,
  selectRows,
  transpose,
} from './dense-matrix.ts';
import { splitByFold } from './grouped-folds.ts';
import { lassoPath } from './lasso.ts';
import { multiply } from './matrix-product.ts';
import { sum } from './moments.ts';
import { permutationP, reaches } from './permutation-p.ts';
import { sortedQuantile } from './quantile.ts';
import { fitRidge } from './ridge.ts';
import { largestMagnitude } from './vector.ts';

/** `ridge`: λ is added to ZᵀZ of the centred 0/1 masks; `lasso`: λ of (1/2m)‖·‖² + λ‖w‖₁ on them, unscaled. */
export interface DatamodelEstimator {
  readonly method: 'ridge' | 'lasso';
  readonly lambda: number;
}

/**
 * n counts subsets, each retrained; the units are columns of the masks. A weight is the change of the output when the
 * unit is in, in the output's own units and direction: positive raises it, whether that is good or bad.
 */
export interface Datamodel {
  readonly n: number;
  readonly weights: Float64Array;
  readonly intercept: number;
  /**
   * |weight| over the population standard deviation of the other weights; 0 of a weight of 0, ∞ where the others are all
   * equal (a LASSO's zeros).
   */
  readonly z: Float64Array;
  /** 1 for the largest |weight|; ties share the smaller rank. */
  readonly ranks: Int32Array;
  /**
   * P(largest statistic of permuted outputs ≥ this unit's), (b + 1)/(B + 1): family-wise over all units. The statistic is
   * z of a ridge fit, and |weight| of a LASSO, most of whose weights are 0 and have no spread to speak of.
   */
  readonly p: Float64Array;
  /** Of the largest statistic when outputs are permuted over subsets. */
  readonly null: {
    readonly draws: number;
    readonly median: number;
    readonly quantile95: number;
    readonly quantile99: number;
  };
}

/**
 * ŷ = b + Σ wᵢ·1[unit i in subset] (Ilyas et al. 2022). Several models of one subset are averaged before.
 *
 * @param options.masks subsets × units, 0 or 1
 * @param options.outputs one per subset
 */
export function fitDatamodel(options: {
  readonly masks: DenseMatrix;
  readonly outputs: Float64Array;
  readonly estimator: DatamodelEstimator;
  readonly draws?: number;
  readonly seed: number;
}): Datamodel {
  const { masks, outputs, estimator, draws = 999, seed } = options;
  const fit = (values: DenseMatrix) => estimateWeights(masks, values, estimator);
  const { weights, intercepts } = fit(columnMatrix(outputs));
  const own = columnOf(weights, 0);
  const z = weightScores(own);
  const statistic = estimator.method === 'ridge' ? weightScores : magnitudes;
  const drawn = drawLargest(outputs, {
    draws,
    seed,
    largestOf: values => {
      const perOutput = transpose(fit(values).weights);
      return Array.from({ length: values.columns }, (_, output) =>
        largestMagnitude(statistic(rowOf(perOutput, output))),
      );
    },
  });
  return {
    n: masks.rows,
    weights: own,
    intercept: intercepts[0] ?? Number.NaN,
    z,
    ranks: Int32Array.from(own, weight => 1 + own.filter(other => Math.abs(other) > Math.abs(weight)).length),
    p: statistic(own).map(each => (Number.isNaN(each) ? Number.NaN : permutationP(countReaching(drawn, each), draws))),
    null: {
      draws,
      median: sortedQuantile(drawn, 0.5),
      quantile95: sortedQuantile(drawn, 0.95),
      quantile99: sortedQuantile(drawn, 0.99),
    },
  };
}

/**
 * Held-out predictions: each row of outputs (subsets × outputs) predicted by a datamodel of the other folds. Compare
 * them with the outputs fold by fold (`heldOutLds`), never pooled.
 */
export function predictHeldOut(options: {
  readonly masks: DenseMatrix;
  readonly outputs: DenseMatrix;
  readonly estimator: DatamodelEstimator;
  readonly foldOf: Int32Array;
}): DenseMatrix {
  const { masks, outputs, estimator, foldOf } = options;
  const predicted = denseMatrix(outputs.rows, outputs.columns);
  for (const fold of new Set(foldOf)) {
    const { train, test } = splitByFold(foldOf, fold);
    const { weights, intercepts } = estimateWeights(selectRows(masks, train), selectRows(outputs, train), estimator);
    const values = multiply(selectRows(masks, test), weights);
    test.forEach((row, position) => {
      for (let column = 0; column < outputs.columns; column++) {
        predicted.values[row * outputs.columns + column] =
          (values.values[position * outputs.columns + column] ?? Number.NaN) + (intercepts[column] ?? Number.NaN);
      }
    });
  }
  return predicted;
}

function countReaching(drawn: Float64Array, observed: number): number {
  return drawn.filter(largest => reaches(largest, observed)).length;
}

/** Weights of every output: units × outputs. */
function estimateWeights(
  masks: DenseMatrix,
  outputs: DenseMatrix,
  { method, lambda }: DatamodelEstimator,
): { readonly weights: DenseMatrix; readonly intercepts: Float64Array } {
  if (method === 'ridge') return fitRidge({ x: masks, y: outputs, lambda });
  const columns = Array.from({ length: outputs.columns }, (_, column) => columnOf(outputs, column));
  const fits = columns.flatMap(y => lassoPath({ x: masks, y, lambdas: [lambda], scale: false }).fits);
  return {
    weights: transpose(matrixFromRows(fits.map(fit => fit.weights))),
    intercepts: Float64Array.from(fits, fit => fit.intercept),
  };
}

function magnitudes(weights: Float64Array): Float64Array {
  return weights.map(Math.abs);
}

/** z of every weight. Needs two other weights to have a spread; NaN below. */
export function weightScores(weights: Float64Array): Float64Array {
  const others = weights.length - 1;
  const [total, squares] = [sum(weights), sum(weights.map(weight => weight * weight))];
  return weights.map((weight, index) => {
    if (others < 2) return Number.NaN;
    if (weight === 0) return 0;
    const mean = (total - weight) / others;
    const quick = (squares - weight * weight) / others - mean * mean;
    // The difference of sums loses the spread of near-equal weights; count it out then.
    const spread = quick > 1e-6 * (squares / others) ? quick : spreadWithout(weights, index, mean);
    return Math.abs(weight) / Math.sqrt(spread);
  });
}

function spreadWithout(weights: Float64Array, left: number, mean: number): number {
  return sum(weights.map((weight, index) => (index === left ? 0 : (weight - mean) ** 2))) / (weights.length - 1);
}

/** Outputs permuted per solve: many right-hand sides share one factorisation. */
const batch = 100;

/** The largest statistic of each permutation of the outputs, ascending. */
function drawLargest(
  outputs: Float64Array,
  options: {
    readonly draws: number;
    readonly seed: number;
    /** Largest statistic of each output (a column). */
    readonly largestOf: (outputs: DenseMatrix) => readonly number[];
  },
): Float64Array {
  const stream = randomStream(options.seed, 'datamodel-null');
  const largest: number[] = [];
  while (largest.length < options.draws) {
    const permuted = Array.from({ length: Math.min(batch, options.draws - largest.length) }, () =>
      Float64Array.from(stream.permutation(outputs.length), row => outputs[row] ?? Number.NaN),
    );
    largest.push(...options.largestOf(transpose(matrixFromRows(permuted))));
  }
  return Float64Array.from(largest).sort();
}
