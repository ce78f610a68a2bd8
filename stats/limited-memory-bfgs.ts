/** Minimising smooth functions of many variables: L-BFGS. */
import { addScaled, dot, largestMagnitude } from './vector.ts';
import { type LinePoint, wolfeStep } from './wolfe-line-search.ts';

/** Writes the gradient at `point` into `gradient` and returns the value. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  /** ‖gradient‖∞ at the point. */
  readonly gradientNorm: number;
  /** gradientNorm ≤ gradientTolerance. False says that iterations or the precision of doubles ran out first. */
  readonly converged: boolean;
  readonly iterations: number;
}

interface Correction {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

/** Limited-memory BFGS with a strong Wolfe line search (Liu & Nocedal 1989; Nocedal & Wright 2006, algorithm 7.5). */
export function minimize(options: {
  readonly start: Float64Array;
  readonly objective: Objective;
  readonly gradientTolerance: number;
  readonly mostIterations?: number;
  /** Corrections kept. */
  readonly memory?: number;
  /** A guess at the diagonal of the inverse Hessian, up to a factor: variables of unlike scales then move alike. */
  readonly inverseCurvature?: Float64Array;
}): Minimum {
  const { start, objective, gradientTolerance, mostIterations = 2000, memory = 10 } = options;
  const { inverseCurvature = new Float64Array(start.length).fill(1) } = options;
  let point = start.slice();
  let gradient = new Float64Array(point.length);
  let value = objective(point, gradient);
  let corrections: readonly Correction[] = [];
  let iterations = 0;
  while (largestMagnitude(gradient) > gradientTolerance && iterations < mostIterations) {
    const direction = descentDirection(gradient, corrections, inverseCurvature);
    const slope = dot(direction, gradient);
    const nextGradient = new Float64Array(point.length);
    let next = point;
    const at = (step: number): LinePoint => {
      next = point.slice();
      addScaled(next, step, direction);
      return { step, value: objective(next, nextGradient), slope: dot(direction, nextGradient) };
    };
    const first = corrections.length > 0 ? 1 : Math.min(1, 1 / largestMagnitude(direction));
    const found = wolfeStep({ value, slope }, first, at);
    if (found === undefined) {
      if (corrections.length === 0) break;
      // What was learnt may mislead; steepest descent has the last word.
      corrections = [];
      continue;
    }
    iterations += 1;
    corrections = [...corrections, correctionOf(point, next, gradient, nextGradient)]
      .filter(({ curvature }) => curvature > 0)
      .slice(-memory);
    [point, gradient, value] = [next, nextGradient, found.value];
  }
  const gradientNorm = largestMagnitude(gradient);
  return { point, value, gradientNorm, converged: gradientNorm <= gradientTolerance, iterations };
}

function correctionOf(from: Float64Array, to: Float64Array, before: Float64Array, after: Float64Array): Correction {
  const step = to.slice();
  addScaled(step, -1, from);
  const change = after.slice();
  addScaled(change, -1, before);
  return { step, change, curvature: dot(step, change) };
}

/** −H·gradient by the two-loop recursion, from H₀ = γ·diag(inverseCurvature), γ = sᵀy / yᵀdiag(…)y of the last step. */
function descentDirection(
  gradient: Float64Array,
  corrections: readonly Correction[],
  inverseCurvature: Float64Array,
): Float64Array {
  const direction = gradient.map(each => -each);
  const weights = corrections
    .toReversed()
    .map(({ step, change, curvature }) => {
      const weight = dot(step, direction) / curvature;
      addScaled(direction, -weight, change);
      return weight;
    })
    .toReversed();
  const latest = corrections.at(-1);
  const scale = latest ? latest.curvature / dot(latest.change, product(inverseCurvature, latest.change)) : 1;
  direction.set(product(inverseCurvature, direction).map(each => scale * each));
  corrections.forEach(({ step, change, curvature }, index) => {
    addScaled(direction, (weights[index] ?? Number.NaN) - dot(change, direction) / curvature, step);
  });
  return direction;
}

/** aᵢbᵢ. */
function product(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((each, index) => each * (b[index] ?? Number.NaN));
}
