/** How a score moves as more and more of the pointed-at rows are removed. */
import { mean } from './moments.ts';
import { requireFinite } from './unsuitable-data-error.ts';

/** Shifts are in the score's own units, minus the no-op runs; n counts runs. */
export interface BrittlenessCurve {
  readonly points: readonly { readonly fraction: number; readonly n: number; readonly shift: number }[];
  /**
   * Area under the curve from 0 (shift 0) to the largest fraction by trapezoids, over that fraction: the mean shift on
   * the way there.
   */
  readonly area: number;
}

/** The curve over fractions of rows removed, in (0, 1); several entries of one fraction are pooled. */
export function brittlenessCurve(options: {
  readonly noOp: readonly number[];
  readonly removals: readonly { readonly fraction: number; readonly scores: readonly number[] }[];
}): BrittlenessCurve {
  const { noOp, removals } = options;
  requireFinite(noOp, 'scores of no-op runs');
  const fractions = [...new Set(removals.map(({ fraction }) => fraction))].sort((a, b) => a - b);
  const points = fractions.map(fraction => {
    const scores = removals.filter(each => each.fraction === fraction).flatMap(each => each.scores);
    requireFinite(scores, `scores at fraction ${fraction}`);
    return { fraction, n: scores.length, shift: mean(scores) - mean(noOp) };
  });
  let area = 0;
  let previous = { fraction: 0, shift: 0 };
  for (const point of points) {
    area += ((point.fraction - previous.fraction) * (point.shift + previous.shift)) / 2;
    previous = point;
  }
  return { points, area: area / previous.fraction };
}
