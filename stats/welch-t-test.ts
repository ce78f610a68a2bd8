/** Two means compared without assuming equal variances. */
import { studentTQuantile, studentTTwoSided } from './distributions.ts';
import { defaultLevel, type Interval, tailProbabilities } from './interval.ts';
import { mean, sumOfSquares, variance } from './moments.ts';
import { requireFinite } from './unsuitable-data-error.ts';

/** Positive where the first sample is larger; n counts the values of each, which must be independent units. */
export interface WelchTTest {
  readonly n: readonly [number, number];
  /** mean(a) − mean(b), with its interval. */
  readonly difference: number;
  readonly interval: Interval;
  readonly t: number;
  /** Welch–Satterthwaite degrees of freedom. */
  readonly df: number;
  /** Two-sided. */
  readonly p: number;
  /** Cohen's d: the difference over the pooled standard deviation. */
  readonly cohenD: number;
}

/** t = (x̄ₐ − x̄_b) / √(sₐ²/nₐ + s_b²/n_b) (Welch 1947). NaN below two values on a side, or where neither side varies. */
export function welchTTest(a: ArrayLike<number>, b: ArrayLike<number>, level = defaultLevel): WelchTTest {
  requireFinite(a, 'first sample of a t test');
  requireFinite(b, 'second sample of a t test');
  const [errorA, errorB] = [variance(a) / a.length, variance(b) / b.length];
  const error = Math.sqrt(errorA + errorB);
  const difference = mean(a) - mean(b);
  const t = error > 0 ? difference / error : Number.NaN;
  const df = (errorA + errorB) ** 2 / (errorA ** 2 / (a.length - 1) + errorB ** 2 / (b.length - 1));
  const half = studentTQuantile(tailProbabilities(level)[1], df) * error;
  return {
    n: [a.length, b.length],
    difference,
    interval: { low: difference - half, high: difference + half },
    t,
    df,
    p: studentTTwoSided(t, df),
    cohenD: cohenD(a, b),
  };
}

/** (x̄ₐ − x̄_b) / √((SSₐ + SS_b) / (nₐ + n_b − 2)) (Cohen 1988). NaN where neither side varies. */
export function cohenD(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const pooled = Math.sqrt((sumOfSquares(a) + sumOfSquares(b)) / (a.length + b.length - 2));
  return pooled > 0 ? (mean(a) - mean(b)) / pooled : Number.NaN;
}
