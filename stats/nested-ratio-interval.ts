/** How much of a nested design's spread is the inner level's: an interval for σ²_inner / σ²_outer. */
import { randomStream } from '../schemas/random.ts';
import { defaultLevel, type Interval, noInterval, percentileInterval } from './interval.ts';
import type { NestedAnova } from './nested-anova.ts';

/**
 * Generalised confidence interval (Weerahandi 1995): every mean square's expectation is drawn as SS/χ²(df), components
 * are solved from the draws and cut at 0, and the interval is the middle of their ratios. The high end is ∞ where outer
 * components of 0 are among the likely ones: the design then cannot bound the ratio. Exact mean squares in balanced
 * designs, approximate otherwise. Not estimable without replicates or with one outer group.
 */
export function nestedRatioInterval(options: {
  readonly anova: NestedAnova;
  readonly draws?: number;
  readonly seed: number;
  readonly level?: number;
}): Interval {
  const { anova, draws = 9999, seed, level = defaultLevel } = options;
  const sources = ['outer', 'inner', 'replicate'].map(name => anova.table.find(({ source }) => source === name));
  if (!sources.every(source => source !== undefined && source.df > 0)) return noInterval;
  const stream = randomStream(seed, 'nested-ratio-interval');
  const chiSquare = (df: number) => {
    let total = 0;
    for (let term = 0; term < df; term++) total += stream.normal() ** 2;
    return total;
  };
  const { n, nPrime, m } = anova.expected;
  const ratios = Array.from({ length: draws }, () => {
    const [outer = Number.NaN, inner = Number.NaN, replicate = Number.NaN] = sources.map(
      source => (source?.sumOfSquares ?? Number.NaN) / chiSquare(source?.df ?? 0),
    );
    const innerVariance = Math.max(0, (inner - replicate) / n);
    const outerVariance = Math.max(0, (outer - replicate - (nPrime / n) * (inner - replicate)) / m);
    // 0/0 says nothing about the ratio; beside an outer variance of 0, an inner one of 0 is not less.
    return outerVariance > 0 ? innerVariance / outerVariance : Number.POSITIVE_INFINITY;
  });
  return percentileInterval(ratios, level);
}
