/**
 * Distributions behind tests and intervals. Normal, chi-square and studentised range are R's nmath by way of
 * lib-r-math.js. Student's t and F are made of our own incomplete beta function, because that package's is wrong by up
 * to 2e-3 relative for common degrees of freedom (version 2.0.3: F with 4 and 2).
 */
import { pchisq, pnorm, ptukey, qchisq, qnorm } from 'lib-r-math.js';
import { bisect } from './bisection.ts';
import { incompleteBeta } from './incomplete-beta.ts';

/** P(Z ≤ z), standard normal. */
export function normalCdf(z: number): number {
  return pnorm(z, 0, 1, true);
}

/** P(Z > z), accurate far into the tail. */
export function normalUpperTail(z: number): number {
  return pnorm(z, 0, 1, false);
}

/** The z with P(Z ≤ z) = probability. */
export function normalQuantile(probability: number): number {
  return qnorm(probability, 0, 1, true);
}

/** P(X > x) for chi-square with `df` > 0 degrees of freedom; NaN for others. */
export function chiSquareUpperTail(x: number, df: number): number {
  return df > 0 && !Number.isNaN(x) ? pchisq(Math.max(0, x), df, undefined, false) : Number.NaN;
}

/** The x with P(X ≤ x) = probability. */
export function chiSquareQuantile(probability: number, df: number): number {
  return df > 0 ? qchisq(probability, df) : Number.NaN;
}

/** P(T > t) for Student's t; `df` > 0 need not be whole. NaN for others. */
export function studentTUpperTail(t: number, df: number): number {
  if (Number.isNaN(t) || !(df > 0)) return Number.NaN;
  if (!Number.isFinite(t)) return t > 0 ? 0 : 1;
  if (!Number.isFinite(df)) return normalUpperTail(t);
  const square = t * t;
  const tail = incompleteBeta({ x: df / (df + square), complement: square / (df + square) }, df / 2, 0.5).lower / 2;
  return t >= 0 ? tail : 1 - tail;
}

/** P(|T| ≥ |t|). */
export function studentTTwoSided(t: number, df: number): number {
  return 2 * studentTUpperTail(Math.abs(t), df);
}

/** The t with P(T ≤ t) = probability, 0 < probability < 1. */
export function studentTQuantile(probability: number, df: number): number {
  if (!(probability > 0 && probability < 1) || !(df > 0)) return Number.NaN;
  if (probability === 0.5) return 0;
  const tail = Math.min(probability, 1 - probability);
  const magnitude = bisect(
    t => tail - studentTUpperTail(t, df),
    0,
    upperBound(t => studentTUpperTail(t, df) < tail),
  );
  return probability > 0.5 ? magnitude : -magnitude;
}

/** P(F > f) for Fisher's F; degrees of freedom > 0 need not be whole. NaN for others. */
export function fUpperTail(f: number, between: number, within: number): number {
  if (Number.isNaN(f) || !(between > 0 && within > 0)) return Number.NaN;
  if (f <= 0) return 1;
  if (!Number.isFinite(f)) return 0;
  const scale = within + between * f;
  return incompleteBeta({ x: within / scale, complement: (between * f) / scale }, within / 2, between / 2).lower;
}

/** The f with P(F ≤ f) = probability, 0 < probability < 1. */
export function fQuantile(probability: number, between: number, within: number): number {
  if (!(probability > 0 && probability < 1) || !(between > 0 && within > 0)) return Number.NaN;
  // In logarithms, because a small quantile may be far below the resolution of a bracket that starts at 0.
  const excess = (logF: number) => 1 - probability - fUpperTail(Math.exp(logF), between, within);
  const high = upperBound(logF => excess(logF) > 0);
  const low = -upperBound(logF => excess(-logF) < 0);
  return Math.exp(bisect(excess, low, high));
}

/** The first power of 2 from 1 on where `isAbove` holds. */
function upperBound(isAbove: (x: number) => boolean): number {
  let bound = 1;
  while (!isAbove(bound) && bound < 2 ** 1000) bound *= 2;
  return bound;
}

/**
 * P(Q > q) for the studentised range of `groups` ≥ 2 means with `df` degrees of freedom (Tukey; algorithm AS 190 and
 * Copenhaver & Holland 1988). Two groups are exact by t. Otherwise the tail is within 0.5 % of its value from 3 degrees
 * of freedom on, and NaN below: the library's integral is too coarse there.
 */
export function studentizedRangeUpperTail(q: number, groups: number, df: number): number {
  if (Number.isNaN(q) || !(groups >= 2) || !(df > 0)) return Number.NaN;
  if (q <= 0) return 1;
  if (groups === 2) return studentTTwoSided(q / Math.SQRT2, df);
  return df >= 3 ? Math.max(0, ptukey(q, groups, df, 1, false)) : Number.NaN;
}

/** The q with P(Q ≤ q) = probability: the critical value of Tukey's test. */
export function studentizedRangeQuantile(probability: number, groups: number, df: number): number {
  if (!(probability > 0 && probability < 1) || Number.isNaN(studentizedRangeUpperTail(1, groups, df)))
    return Number.NaN;
  const excess = (q: number) => 1 - probability - studentizedRangeUpperTail(q, groups, df);
  return bisect(
    excess,
    0,
    upperBound(q => excess(q) > 0),
  );
}
