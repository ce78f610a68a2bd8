/** Pearson and Spearman correlation coefficients. */
import { mean } from './moments.ts';
import { midRanks } from './ranks.ts';
import { requireFinite } from './unsuitable-data-error.ts';
import { dot, unitVector } from './vector.ts';

export type CorrelationMethod = 'pearson' | 'spearman';

/** The correlation of paired values, in [−1, 1]; NaN where one side is constant or there are fewer than two pairs. */
export function correlation(method: CorrelationMethod, x: ArrayLike<number>, y: ArrayLike<number>): number {
  requirePairs(x, y);
  return x.length > 1 ? clamp(dot(standardScores(method, x), standardScores(method, y))) : Number.NaN;
}

/** Spearman's ρ: Pearson's r of the mid-ranks. */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return correlation('spearman', x, y);
}

/** Pearson's r. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return correlation('pearson', x, y);
}

/** Values or their mid-ranks, centred and at length 1, so that a dot product is the correlation; NaN of a constant. */
export function standardScores(method: CorrelationMethod, values: ArrayLike<number>): Float64Array {
  const scores = method === 'spearman' ? midRanks(values) : Float64Array.from(values);
  const constant = scores.every(score => score === scores[0]);
  const center = mean(scores);
  // A constant's deviations may come out as rounding noise, which would be scaled up to length 1.
  return constant ? scores.fill(Number.NaN) : unitVector(scores.map(score => score - center));
}

/** Spearman's ρ of a bivariate normal with correlation r: (6/π) asin(r/2) (Pearson 1907). */
export function spearmanOfNormal(r: number): number {
  return (6 / Math.PI) * Math.asin(r / 2);
}

/** Throws where the sides differ in length (a bug) or hold NaN or infinity (unsuitable data). */
export function requirePairs(x: ArrayLike<number>, y: ArrayLike<number>): void {
  if (x.length !== y.length) throw new RangeError(`internal: ${x.length} values paired with ${y.length}`);
  requireFinite(x, 'x of a correlation');
  requireFinite(y, 'y of a correlation');
}

function clamp(r: number): number {
  return Math.min(1, Math.max(-1, r));
}
