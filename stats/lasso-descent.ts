/** Coordinate descent for one LASSO penalty. */
import { columnMatrix, matrixFromRows, rowOf } from './dense-matrix.ts';
import { solveIfDefinite } from './linear-system.ts';
import type { StandardizedColumns } from './standardized-columns.ts';
import { addScaled, dot } from './vector.ts';

/** Weights on the standardised columns, and what carries over to the next penalty. */
export interface LassoState {
  readonly weights: Float64Array;
  /** x̃ⱼᵀr/m for the residual of these weights. */
  readonly gradient: Float64Array;
  /** x̃ₖᵀx̃ⱼ/m by feature k, for features that were ever active: covariance updates need no other. */
  readonly covariances: Map<number, Float64Array>;
  readonly violation: number;
  readonly converged: boolean;
}

/** Rounds per penalty, after which the fit is returned unconverged. */
const mostRounds = 500;
/** Sweeps over the active set in a round: enough to find most signs, too few to wait for slow convergence. */
const sweepsPerRound = 20;
/** Beyond this many active features a system of them costs more than further sweeps. */
const largestSystem = 1500;

/**
 * Descends until the optimality conditions hold to `tolerance` (absolute), from a state of a neighbouring penalty.
 * Sweeps alone converge slowly where features are many and correlated, so each round ends with a step to the exact
 * optimum of the signs found (feature-sign search, Lee, Battle, Raina & Ng 2007).
 */
export function descend(options: {
  readonly data: StandardizedColumns;
  readonly lambda: number;
  readonly tolerance: number;
  readonly from: LassoState | undefined;
}): LassoState {
  const { data, lambda, tolerance, from } = options;
  const weights = from?.weights.slice() ?? new Float64Array(data.columns.rows);
  const gradient = from?.gradient.slice() ?? data.correlations.slice();
  const covariances = from?.covariances ?? new Map<number, Float64Array>();
  const problem = { data, lambda, weights, gradient, covariances };
  let violation = worstViolation(problem);
  for (let round = 0; round < mostRounds && violation > tolerance; round++) {
    // All features once, to see which enter; then those alone.
    sweep(problem, weights.keys());
    const active = activeFeatures(weights);
    for (let count = 0; count < sweepsPerRound; count++) {
      if (sweep(problem, active) <= 0.1 * tolerance) break;
    }
    violation = worstViolation(problem);
    if (violation > tolerance) {
      stepToOptimumOfSigns(problem);
      violation = worstViolation(problem);
    }
  }
  return { weights, gradient, covariances, violation, converged: violation <= tolerance };
}

interface LassoProblem {
  readonly data: StandardizedColumns;
  readonly lambda: number;
  readonly weights: Float64Array;
  readonly gradient: Float64Array;
  readonly covariances: Map<number, Float64Array>;
}

/** Minimises over each feature in turn; returns the largest change of a fitted value's scale, √(x̃ⱼᵀx̃ⱼ/m)·|Δwⱼ|. */
function sweep(problem: LassoProblem, features: Iterable<number>): number {
  const { data, lambda, weights, gradient } = problem;
  let largest = 0;
  for (const feature of features) {
    const square = data.squares[feature] ?? Number.NaN;
    if (square === 0) continue;
    const weight = weights[feature] ?? Number.NaN;
    const next = softThreshold((gradient[feature] ?? Number.NaN) + square * weight, lambda) / square;
    if (next === weight) continue;
    weights[feature] = next;
    addScaled(gradient, weight - next, covariance(problem, feature));
    largest = Math.max(largest, Math.abs(next - weight) * Math.sqrt(square));
  }
  return largest;
}

/**
 * Moves the active weights along the line to the minimum for their present signs, (X̃ₐᵀX̃ₐ/m)Δ = gradientₐ − λ·signₐ,
 * up to where the first weight would change its sign; the objective falls all the way. Collinear sets stay as they are.
 */
function stepToOptimumOfSigns(problem: LassoProblem): void {
  const { lambda, weights, gradient } = problem;
  const active = activeFeatures(weights);
  if (active.length === 0 || active.length > largestSystem) return;
  const rows = active.map(feature => {
    const own = covariance(problem, feature);
    return active.map(other => own[other] ?? Number.NaN);
  });
  const at = (feature: number) => weights[feature] ?? Number.NaN;
  const slopes = active.map(feature => (gradient[feature] ?? Number.NaN) - lambda * Math.sign(at(feature)));
  const direction = solveIfDefinite(matrixFromRows(rows), columnMatrix(slopes))?.values;
  if (direction === undefined) return;
  const crossings = active.map((feature, index) => -at(feature) / (direction[index] ?? Number.NaN));
  const length = crossings.reduce((least, crossing) => (crossing > 0 && crossing < least ? crossing : least), 1);
  active.forEach((feature, index) => {
    const weight = at(feature);
    const next = crossings[index] === length ? 0 : weight + length * (direction[index] ?? Number.NaN);
    weights[feature] = next;
    addScaled(gradient, weight - next, covariance(problem, feature));
  });
}

function activeFeatures(weights: Float64Array): number[] {
  return [...weights.keys()].filter(feature => weights[feature] !== 0);
}

function covariance({ data, covariances }: LassoProblem, feature: number): Float64Array {
  const known = covariances.get(feature);
  if (known) return known;
  const column = rowOf(data.columns, feature);
  const computed = Float64Array.from(data.squares, (_, other) => dot(rowOf(data.columns, other), column) / data.rows);
  covariances.set(feature, computed);
  return computed;
}

/** sign(v)·max(0, |v| − by). */
function softThreshold(value: number, by: number): number {
  return Math.sign(value) * Math.max(0, Math.abs(value) - by);
}

function worstViolation({ data, lambda, weights, gradient }: LassoProblem): number {
  let worst = 0;
  for (let feature = 0; feature < weights.length; feature++) {
    if (data.squares[feature] === 0) continue;
    const weight = weights[feature] ?? Number.NaN;
    const slope = gradient[feature] ?? Number.NaN;
    const excess = weight === 0 ? Math.abs(slope) - lambda : Math.abs(slope - lambda * Math.sign(weight));
    worst = Math.max(worst, excess);
  }
  return worst;
}
