/** How a column of rows becomes one number: the `take:` of a gate's estimand. */
import type { z } from 'zod';
import type { takeSchema } from '../../schemas/gate.ts';
import { type Interval, meanInterval, noInterval } from '../../stats/interval.ts';
import { mean, standardDeviation, sum } from '../../stats/moments.ts';
import { sortedQuantile } from '../../stats/quantile.ts';

export type Take = z.output<typeof takeSchema>;

export interface Taken {
  /** NaN where it is not estimable: no numbers, or one alone for `sd`. */
  readonly value: number;
  /** Numbers it was taken from. */
  readonly n: number;
  /** 95 % by Student's t, of a `mean` alone. */
  readonly interval: Interval;
}

/**
 * `count` counts the numbers, `first` is the first row's, `sd` divides by n − 1. Rows without a number take no part
 * (a first row without one gives none). But for `first`, the order of the rows does not matter.
 */
export function takeNumber(values: readonly (number | null)[], take: Take): Taken {
  const numbers = Float64Array.from(values.filter(value => value !== null)).sort();
  const n = take === 'first' ? Math.min(1, values.length) : numbers.length;
  const interval = take === 'mean' ? meanInterval(numbers) : noInterval;
  return { value: take === 'first' ? (values[0] ?? Number.NaN) : statistics[take](numbers), n, interval };
}

const statistics: { readonly [take in Exclude<Take, 'first'>]: (ascending: Float64Array) => number } = {
  mean,
  median: ascending => sortedQuantile(ascending, 0.5),
  min: ascending => ascending[0] ?? Number.NaN,
  max: ascending => ascending.at(-1) ?? Number.NaN,
  sd: standardDeviation,
  sum: ascending => (ascending.length > 0 ? sum(ascending) : Number.NaN),
  count: ascending => ascending.length,
};
