/** The linear datamodeling score: do attribution scores predict what retraining on subsets does? */
import { randomStream } from '../schemas/random.ts';
import { spearman } from './correlation.ts';
import { correlationP } from './correlation-test.ts';
import { columnOf, type DenseMatrix, denseMatrix } from './dense-matrix.ts';
import { bootstrapInterval, type Interval } from './interval.ts';
import { rowProducts } from './matrix-product.ts';
import { mean, standardDeviation } from './moments.ts';
import { resampledSpearman } from './resampled-spearman.ts';
import { UnsuitableDataError } from './unsuitable-data-error.ts';

/** n counts evaluation subsets, the independent units; queries share them. */
export interface LinearDatamodelingScore {
  readonly n: number;
  readonly queries: number;
  /** Mean over queries of Spearman's ρ, in [−1, 1]; queries without a ρ (constant outputs) are left out. */
  readonly mean: number;
  /** Percentile bootstrap over subsets. */
  readonly interval: Interval;
  readonly perQuery: readonly {
    readonly rho: number;
    /** Two-sided by t, n − 2 degrees of freedom. */
    readonly p: number;
  }[];
  /** Standard deviation of one query's ρ for scores that mean nothing: 1/√(n − 1). */
  readonly nullSd: number;
  /** √reliability: the ρ that perfect scores could reach against outputs this noisy. NaN where not given. */
  readonly ceiling: number;
  /** The same of normal random scores: the row every result is to be compared with. */
  readonly random: { readonly mean: number; readonly sdOverQueries: number };
}

/**
 * Per query the Spearman correlation over held-out subsets S of Σ_{i∈S} τᵢ with the output of the model trained on S
 * (Park et al. 2023). Positive τ means that the unit makes the query better.
 *
 * @param options.scores queries × units: τ
 * @param options.masks subsets × units, 0 or 1
 * @param options.outputs subsets × queries; several seeds of a subset are averaged before
 * @param options.higherIsBetter of the outputs: false for losses, whose sign is turned; the classic bug of this score
 * @param options.subsetIds of the rows of masks and outputs
 * @param options.fittedOn ids of the subsets that the scores were fitted on; [] for scores fitted on none
 * @param options.reliability of the averaged outputs (ICC(1,k) over subsets), for the ceiling
 * @throws UnsuitableDataError `overlapping-subsets` where an evaluation subset was fitted on: even a minimum-norm fit
 *   of noise scores 1 on its own subsets
 */
export function linearDatamodelingScore(options: {
  readonly scores: DenseMatrix;
  readonly masks: DenseMatrix;
  readonly outputs: DenseMatrix;
  readonly higherIsBetter: boolean;
  readonly subsetIds: readonly string[];
  readonly fittedOn: readonly string[];
  readonly reliability?: number;
  readonly draws?: number;
  readonly seed: number;
}): LinearDatamodelingScore {
  const { scores, masks, outputs, higherIsBetter, subsetIds, fittedOn, reliability, draws = 999, seed } = options;
  refuseOverlap(subsetIds, fittedOn);
  if (subsetIds.length !== masks.rows || masks.rows !== outputs.rows || scores.rows !== outputs.columns) {
    throw new RangeError(
      `internal: ${subsetIds.length} ids, ${masks.rows} masks, ${outputs.rows} outputs; ${scores.rows} queries scored, ${outputs.columns} measured`,
    );
  }
  const quality = higherIsBetter
    ? outputs
    : denseMatrix(
        outputs.rows,
        outputs.columns,
        outputs.values.map(y => -y),
      );
  const predicted = rowProducts(masks, scores);
  const perQuery = correlateColumns(predicted, quality);
  const random = correlateColumns(rowProducts(masks, randomScores(scores, seed)), quality);
  return {
    n: masks.rows,
    queries: scores.rows,
    mean: meanOfKnown(perQuery),
    interval: subsetInterval(predicted, quality, { draws, seed }),
    perQuery: perQuery.map(rho => ({ rho, p: correlationP(rho, masks.rows) })),
    nullSd: 1 / Math.sqrt(masks.rows - 1),
    ceiling: reliability === undefined ? Number.NaN : Math.sqrt(reliability),
    random: { mean: meanOfKnown(random), sdOverQueries: standardDeviation(random.filter(rho => !Number.isNaN(rho))) },
  };
}

function refuseOverlap(evaluated: readonly string[], fittedOn: readonly string[]): void {
  const fitted = new Set(fittedOn);
  const both = evaluated.filter(id => fitted.has(id));
  if (both.length === 0) return;
  throw new UnsuitableDataError(
    'overlapping-subsets',
    `${both.length} of ${evaluated.length} evaluation subsets were fitted on (${both.slice(0, 3).join(', ')}${both.length > 3 ? ', …' : ''}): ` +
      'a fit scored on its own subsets proves nothing; evaluate on subsets kept apart, or predict held-out folds',
  );
}

/** Spearman's ρ of matching columns. */
function correlateColumns(predicted: DenseMatrix, actual: DenseMatrix): number[] {
  return Array.from({ length: actual.columns }, (_, column) =>
    spearman(columnOf(predicted, column), columnOf(actual, column)),
  );
}

/** Mean over the queries that have a ρ. */
export function meanOfKnown(values: readonly number[]): number {
  return mean(values.filter(value => !Number.isNaN(value)));
}

function subsetInterval(
  predicted: DenseMatrix,
  actual: DenseMatrix,
  { draws, seed }: { readonly draws: number; readonly seed: number },
): Interval {
  const perQuery = Array.from({ length: actual.columns }, (_, column) =>
    resampledSpearman(columnOf(predicted, column), columnOf(actual, column)),
  );
  const statistic = (counts: Int32Array) => meanOfKnown(perQuery.map(rho => rho(counts)));
  return bootstrapInterval({ units: actual.rows, statistic, draws, seed });
}

function randomScores(like: DenseMatrix, seed: number): DenseMatrix {
  const stream = randomStream(seed, 'random-scores');
  return denseMatrix(
    like.rows,
    like.columns,
    Float64Array.from(like.values, () => stream.normal()),
  );
}
