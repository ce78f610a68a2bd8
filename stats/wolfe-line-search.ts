/** A step along a descent direction that decreases a function enough and flattens its slope enough. */

/** Value and directional derivative at one step length. */
export interface LinePoint {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

/** Armijo and curvature constants (Nocedal & Wright 2006, 3.1): the usual ones for quasi-Newton directions. */
const sufficientDecrease = 1e-4;
const curvature = 0.9;
const mostTrials = 40;

/**
 * A step with the strong Wolfe conditions (Nocedal & Wright 2006, algorithms 3.5 and 3.6, cubic interpolation), or
 * undefined where rounding hides any further decrease. `at` evaluates a step; the step returned is the last evaluated.
 */
export function wolfeStep(
  start: { readonly value: number; readonly slope: number },
  first: number,
  at: (step: number) => LinePoint,
): LinePoint | undefined {
  const tests = wolfeTests(start);
  let previous: LinePoint = { step: 0, ...start };
  let point = at(first);
  for (let trial = 1; trial < mostTrials; trial++) {
    const rises = previous.step > 0 && tests.above(point, previous);
    if (tests.tooHigh(point) || rises) return zoom({ low: previous, high: point }, tests, at);
    if (tests.flat(point)) return point;
    if (point.slope >= 0) return zoom({ low: point, high: previous }, tests, at);
    previous = point;
    point = at(2 * point.step);
  }
  return undefined;
}

interface WolfeTests {
  /** No sufficient decrease; NaN counts as none. */
  readonly tooHigh: (point: LinePoint) => boolean;
  readonly flat: (point: LinePoint) => boolean;
  readonly above: (point: LinePoint, other: LinePoint) => boolean;
}

function wolfeTests(start: { readonly value: number; readonly slope: number }): WolfeTests {
  // Near the optimum the decrease of a step is below the rounding of a value that sums thousands of terms; slopes, which
  // stay precise, then decide (Hager & Zhang 2005).
  const rounding = 1e-12 * Math.abs(start.value);
  return {
    tooHigh: point => !(point.value <= start.value + sufficientDecrease * point.step * start.slope + rounding),
    flat: point => Math.abs(point.slope) <= -curvature * start.slope,
    above: (point, other) => point.value > other.value + rounding,
  };
}

/** Narrows a bracket that holds a step with both conditions; `low` has the lower value. */
function zoom(
  bracket: { readonly low: LinePoint; readonly high: LinePoint },
  tests: WolfeTests,
  at: (step: number) => LinePoint,
): LinePoint | undefined {
  let { low, high } = bracket;
  for (let trial = 0; trial < mostTrials; trial++) {
    const point = at(interpolate(low, high));
    if (tests.tooHigh(point) || tests.above(point, low)) {
      high = point;
    } else {
      if (tests.flat(point)) return point;
      if (point.slope * (high.step - low.step) >= 0) high = low;
      low = point;
    }
    if (Math.abs(high.step - low.step) <= Number.EPSILON * Math.abs(low.step)) return undefined;
  }
  return undefined;
}

/** The minimum of the cubic through both points and slopes, kept off the ends of the bracket. */
function interpolate(a: LinePoint, b: LinePoint): number {
  const width = b.step - a.step;
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  const square = d1 * d1 - a.slope * b.slope;
  const d2 = Math.sign(width) * Math.sqrt(Math.max(0, square));
  const step = b.step - width * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
  const margin = 0.1 * Math.abs(width);
  const [low, high] = [Math.min(a.step, b.step) + margin, Math.max(a.step, b.step) - margin];
  return step >= low && step <= high ? step : a.step + width / 2;
}
