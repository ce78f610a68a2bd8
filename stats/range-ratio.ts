/** The informal "range of means over median SD" of a table of conditions, with the null it needs to mean anything. */
import { randomStream } from '../schemas/random.ts';
import { type GroupedRow, groupRows } from './grouped-values.ts';
import { mean, standardDeviation } from './moments.ts';
import { permutationP, reaches } from './permutation-p.ts';
import { median, sortedQuantile } from './quantile.ts';

/** n counts rows. The ratio is no effect size: under no difference at all it is well above 0. */
export interface RangeRatio {
  readonly n: number;
  /** (largest mean − smallest mean) / median of the groups' standard deviations. */
  readonly ratio: number;
  readonly range: number;
  readonly medianSd: number;
  /** Of groups of the same sizes drawn from one normal distribution. */
  readonly null: { readonly mean: number; readonly quantile95: number; readonly quantile99: number };
  /** (b + 1)/(B + 1) against that null. */
  readonly p: number;
}

/** Ratio and Monte-Carlo null of raw rows. NaN with one group, or where the median SD is 0 or not estimable. */
export function rangeRatio(options: {
  readonly rows: readonly GroupedRow[];
  readonly draws?: number;
  readonly seed: number;
}): RangeRatio {
  const { rows, draws = 19_999, seed } = options;
  const groups = groupRows(rows).map(({ values }) => values);
  const observed = ratioOf(groups);
  const stream = randomStream(seed, 'range-ratio');
  const estimable = Number.isFinite(observed.ratio);
  const drawn = Float64Array.from({ length: estimable ? draws : 0 }, () => {
    return ratioOf(groups.map(values => values.map(() => stream.normal()))).ratio;
  }).sort();
  const reaching = drawn.filter(ratio => reaches(ratio, observed.ratio)).length;
  return {
    n: rows.length,
    ...observed,
    null: { mean: mean(drawn), quantile95: sortedQuantile(drawn, 0.95), quantile99: sortedQuantile(drawn, 0.99) },
    p: permutationP(reaching, drawn.length),
  };
}

function ratioOf(groups: readonly Float64Array[]): {
  readonly ratio: number;
  readonly range: number;
  readonly medianSd: number;
} {
  const means = groups.map(mean);
  const range = groups.length > 1 ? Math.max(...means) - Math.min(...means) : Number.NaN;
  const spreads = groups.map(standardDeviation).filter(spread => !Number.isNaN(spread));
  const medianSd = median(spreads);
  return { ratio: medianSd > 0 ? range / medianSd : Number.NaN, range, medianSd };
}
