/** Quantiles of a sample. */

/**
 * Quantile by linear interpolation between order statistics (Hyndman & Fan 1996, type 7: the default of R and NumPy).
 * NaN of nothing. Infinite values take part: a quantile between a finite and an infinite one is infinite.
 */
export function quantile(values: ArrayLike<number>, probability: number): number {
  return sortedQuantile(Float64Array.from(values).sort(), probability);
}

/** The same of values in ascending order, for several quantiles of one sample. */
export function sortedQuantile(sorted: Float64Array, probability: number): number {
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`internal: no quantile at ${probability}`);
  if (sorted.length === 0) return Number.NaN;
  const position = (sorted.length - 1) * probability;
  const lower = Math.floor(position);
  const low = sorted[lower] ?? Number.NaN;
  const fraction = position - lower;
  // Without the test, an infinite neighbour of weight 0 would make the result NaN.
  if (fraction === 0) return low;
  const high = sorted[lower + 1] ?? Number.NaN;
  return low === high ? low : low + fraction * (high - low);
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}
