/** Variance components: estimates from mean squares, and their intervals. */
import { chiSquareQuantile, fQuantile, fUpperTail } from './distributions.ts';
import { defaultLevel, type Interval, noInterval, tailProbabilities, varianceInterval } from './interval.ts';

/** A line of an analysis of variance table; f and p are NaN where the source is not tested. */
export interface VarianceSource {
  readonly source: string;
  readonly df: number;
  readonly sumOfSquares: number;
  readonly meanSquare: number;
  readonly f: number;
  readonly p: number;
}

export interface VarianceComponent {
  /** The unbiased estimate, negative where a mean square is below its error's. */
  readonly raw: number;
  /** max(0, raw). */
  readonly truncated: number;
  readonly interval: Interval;
}

/** A mean square and its degrees of freedom. */
export interface MeanSquare {
  readonly meanSquare: number;
  readonly df: number;
}

/** SS/df, NaN on no degrees of freedom. */
export function meanSquareOf(sumOfSquares: number, df: number): MeanSquare {
  return { meanSquare: df > 0 ? sumOfSquares / df : Number.NaN, df };
}

/** F = MS/MS_error of one source, and its p. */
export function testedSource(source: string, of: MeanSquare, error: MeanSquare): VarianceSource {
  const f = of.meanSquare / error.meanSquare;
  return { ...untestedSource(source, of), f, p: fUpperTail(f, of.df, error.df) };
}

export function untestedSource(source: string, of: MeanSquare): VarianceSource {
  const sumOfSquares = of.df > 0 ? of.meanSquare * of.df : 0;
  return { source, sumOfSquares, ...of, f: Number.NaN, p: Number.NaN };
}

/** A mean square that estimates its component by itself, with the chi-square interval. */
export function directComponent(of: MeanSquare, level = defaultLevel): VarianceComponent {
  return { raw: of.meanSquare, truncated: of.meanSquare, interval: varianceInterval(of.meanSquare, of.df, level) };
}

/** The component (upper − lower) / divisor with its interval. */
export function differenceComponent(of: {
  readonly upper: MeanSquare;
  readonly lower: MeanSquare;
  readonly divisor: number;
  readonly level?: number;
}): VarianceComponent {
  const raw = (of.upper.meanSquare - of.lower.meanSquare) / of.divisor;
  return { raw, truncated: Math.max(0, raw), interval: differenceInterval(of) };
}

/**
 * Interval of (θ₁ − θ₂)/divisor from two independent mean squares: the modified large-sample method of Ting, Burdick,
 * Graybill, Jeyaratnam & Lu (1990), whose coverage stays near nominal at few degrees of freedom. Ends below 0 are cut
 * at 0, since a variance is not negative.
 */
function differenceInterval(of: {
  readonly upper: MeanSquare;
  readonly lower: MeanSquare;
  readonly divisor: number;
  readonly level?: number;
}): Interval {
  const { upper, lower, divisor, level = defaultLevel } = of;
  if (!(upper.df > 0 && lower.df > 0) || Number.isNaN(upper.meanSquare + lower.meanSquare)) return noInterval;
  const [small, large] = tailProbabilities(level);
  const chiSquareRatio = (df: number, probability: number) => chiSquareQuantile(probability, df) / df;
  const [a, b] = [upper.meanSquare, lower.meanSquare];
  const spread = (g: number, h: number, f: number) => {
    const cross = ((f - 1) ** 2 - g * g * f * f - h * h) / f;
    return Math.sqrt(Math.max(0, g * g * a * a + h * h * b * b + cross * a * b));
  };
  const below = spread(
    1 - 1 / chiSquareRatio(upper.df, large),
    1 / chiSquareRatio(lower.df, small) - 1,
    fQuantile(large, upper.df, lower.df),
  );
  const above = spread(
    1 / chiSquareRatio(upper.df, small) - 1,
    1 - 1 / chiSquareRatio(lower.df, large),
    fQuantile(small, upper.df, lower.df),
  );
  return { low: Math.max(0, (a - b - below) / divisor), high: Math.max(0, (a - b + above) / divisor) };
}

/** An intraclass correlation with its interval. */
export interface IntraclassCorrelation {
  readonly value: number;
  readonly interval: Interval;
}

/**
 * σ²_b / (σ²_b + σ²_w) = (F − 1) / (F + n − 1) for groups of n (Shrout & Fleiss 1979, ICC(1,1)), interval from F's two
 * quantiles; exact where all groups have n members, approximate with n₀ in place of n. Can be negative.
 */
export function intraclassCorrelation(of: {
  readonly upper: MeanSquare;
  readonly lower: MeanSquare;
  /** n, or n₀ of unequal groups. */
  readonly members: number;
  readonly level?: number;
}): IntraclassCorrelation {
  const correlationAt = (f: number) => (f - 1) / (f + of.members - 1);
  return overF(of, correlationAt);
}

/** Reliability of the mean of n members, (F − 1) / F: ICC(1,k) of Shrout & Fleiss (1979), with its interval. */
export function meanReliability(of: {
  readonly upper: MeanSquare;
  readonly lower: MeanSquare;
  readonly level?: number;
}): IntraclassCorrelation {
  return overF(of, f => 1 - 1 / f);
}

/** A function of F at the estimate, and at the ends of the interval of the true F ratio. */
function overF(
  of: { readonly upper: MeanSquare; readonly lower: MeanSquare; readonly level?: number },
  at: (f: number) => number,
): IntraclassCorrelation {
  const { upper, lower, level = defaultLevel } = of;
  const f = upper.meanSquare / lower.meanSquare;
  const tail = tailProbabilities(level)[1];
  return {
    value: at(f),
    interval: {
      low: at(f / fQuantile(tail, upper.df, lower.df)),
      high: at(f * fQuantile(tail, lower.df, upper.df)),
    },
  };
}
