/** The noncentral F distribution, for intervals of effect sizes. */
import { bisect } from './bisection.ts';
import { chiSquareQuantile } from './distributions.ts';
import { incompleteBeta, logBeta, logGamma } from './incomplete-beta.ts';
import { type Interval, noInterval, tailProbabilities } from './interval.ts';

export interface NoncentralF {
  readonly between: number;
  readonly within: number;
  /** λ ≥ 0. */
  readonly noncentrality: number;
}

/**
 * P(F ≤ f) = Σⱼ Poisson(j; λ/2)·I_x(df₁/2 + j, df₂/2) at x = df₁f/(df₁f + df₂) (NIST DLMF 8.17; Benton & Krishnamoorthy
 * 2003), over the j that hold all but about 1e-15 of the Poisson mass.
 */
export function noncentralFCdf(f: number, { between, within, noncentrality }: NoncentralF): number {
  if (!(between > 0 && within > 0 && noncentrality >= 0) || Number.isNaN(f)) return Number.NaN;
  if (f <= 0) return 0;
  const scale = between * f + within;
  const at = { x: (between * f) / scale, complement: within / scale };
  const half = noncentrality / 2;
  const spread = 10 * Math.sqrt(half) + 40;
  const [first, last] = [Math.max(0, Math.floor(half - spread)), Math.ceil(half + spread)];
  // Downwards by I_x(a, b) = I_x(a+1, b) + xᵃ(1−x)ᵇ/(a·B(a, b)), which only adds.
  const b = within / 2;
  let beta = incompleteBeta(at, between / 2 + last, b).lower;
  let total = 0;
  for (let j = last; j >= first; j--) {
    const a = between / 2 + j;
    if (j < last) beta += Math.exp(a * Math.log(at.x) + b * Math.log(at.complement) - Math.log(a) - logBeta(a, b));
    total += poissonProbability(j, half) * beta;
  }
  return Math.min(1, total);
}

function poissonProbability(count: number, rate: number): number {
  if (rate === 0) return count === 0 ? 1 : 0;
  return Math.exp(count * Math.log(rate) - rate - logGamma(count + 1));
}

/**
 * Above this df₁·F the numerator, near λ, varies so little beside the denominator that F is taken as λ/df₁ over a
 * mean of squares: the Poisson sum would take minutes for the F of 10²⁰ that all but equal members of groups give.
 */
const largestSum = 1e5;

/**
 * Interval of λ from an observed F by inverting its distribution (Steiger 2004): the ends put f at the two tail
 * probabilities, and are 0 where even λ = 0 puts it lower.
 */
export function noncentralityInterval(
  f: number,
  df: { readonly between: number; readonly within: number },
  level: number,
): Interval {
  if (!Number.isFinite(f) || !(df.between > 0 && df.within > 0)) return noInterval;
  const [small, large] = tailProbabilities(level);
  if (df.between * f > largestSum) {
    const scale = (df.between * f) / df.within;
    return { low: scale * chiSquareQuantile(small, df.within), high: scale * chiSquareQuantile(large, df.within) };
  }
  const solve = (probability: number) => {
    // Falls as λ grows.
    const below = (noncentrality: number) => probability - noncentralFCdf(f, { ...df, noncentrality });
    if (below(0) >= 0) return 0;
    let bound = 1;
    while (below(bound) < 0) bound *= 2;
    return bisect(below, 0, bound);
  };
  return { low: solve(large), high: solve(small) };
}
