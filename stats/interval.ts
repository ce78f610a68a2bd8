/** Confidence intervals. */
import { chiSquareQuantile, normalQuantile, studentTQuantile } from './distributions.ts';
import { mean, standardDeviation } from './moments.ts';
import { sortedQuantile } from './quantile.ts';
import { randomStream } from '../schemas/random.ts';

/** Low and high end; NaN where not estimable, ±∞ where unbounded. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** What a method without enough data returns. */
export const noInterval: Interval = { low: Number.NaN, high: Number.NaN };

/** Coverage of intervals where nothing else is said. */
export const defaultLevel = 0.95;

/** Probabilities left out on either side: .025 and .975 of .95. */
export function tailProbabilities(level: number): readonly [number, number] {
  if (!(level > 0 && level < 1)) throw new RangeError(`internal: no interval at level ${level}`);
  return [(1 - level) / 2, (1 + level) / 2];
}

/**
 * Score interval of a proportion (Wilson 1927): (p̂ + z²/2n ± z√(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n). n counts
 * independent trials; clustered ones need a wider interval.
 */
export function wilsonInterval(successes: number, trials: number, level = defaultLevel): Interval {
  if (!(trials > 0)) return noInterval;
  const z = normalQuantile(tailProbabilities(level)[1]);
  const share = successes / trials;
  const center = share + (z * z) / (2 * trials);
  const half = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const scale = 1 + (z * z) / trials;
  // At 0 and at all successes the end is exact; rounding must not push it over.
  return {
    low: successes === 0 ? 0 : (center - half) / scale,
    high: successes === trials ? 1 : (center + half) / scale,
  };
}

/** Interval of a mean by Student's t: mean ± t·sd/√n. Not estimable below two values. */
export function meanInterval(values: ArrayLike<number>, level = defaultLevel): Interval {
  if (values.length < 2) return noInterval;
  const half =
    (studentTQuantile(tailProbabilities(level)[1], values.length - 1) * standardDeviation(values)) /
    Math.sqrt(values.length);
  return { low: mean(values) - half, high: mean(values) + half };
}

/** Interval of a normal variance from its estimate on `df` degrees of freedom: df·s²/χ². On 2 df it spans ×.27 … ×39.5. */
export function varianceInterval(estimate: number, df: number, level = defaultLevel): Interval {
  if (!(df > 0) || Number.isNaN(estimate)) return noInterval;
  const [lower, upper] = tailProbabilities(level);
  return { low: (df * estimate) / chiSquareQuantile(upper, df), high: (df * estimate) / chiSquareQuantile(lower, df) };
}

/**
 * Percentile bootstrap (Efron & Tibshirani 1993, ch. 13): `statistic` gets the counts with which each of `units` whole
 * units was drawn with replacement. Draws whose statistic is NaN are left out; with fewer than half of them left there
 * is no interval.
 */
export function bootstrapInterval(options: {
  readonly units: number;
  readonly statistic: (counts: Int32Array) => number;
  readonly draws?: number;
  readonly level?: number;
  readonly seed: number;
}): Interval {
  const { units, statistic, draws = 1999, level = defaultLevel, seed } = options;
  if (units < 2) return noInterval;
  const stream = randomStream(seed, 'bootstrap');
  const counts = new Int32Array(units);
  const values: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    counts.fill(0);
    for (let unit = 0; unit < units; unit++) {
      const drawn = stream.integer(units);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    const value = statistic(counts);
    if (!Number.isNaN(value)) values.push(value);
  }
  if (values.length < draws / 2) return noInterval;
  return percentileInterval(values, level);
}

/** The middle `level` of a sample of the statistic. */
export function percentileInterval(values: ArrayLike<number>, level = defaultLevel): Interval {
  const sorted = Float64Array.from(values).sort();
  const [lower, upper] = tailProbabilities(level);
  return { low: sortedQuantile(sorted, lower), high: sortedQuantile(sorted, upper) };
}
