/** Is a correlation more than chance, and could so few pairs ever show it? */
import { arrangementP, arrangements, type Arrangements } from './arrangements.ts';
import { correlation, type CorrelationMethod, requirePairs, standardScores } from './correlation.ts';
import { normalQuantile, studentTTwoSided } from './distributions.ts';
import { defaultLevel, type Interval, noInterval, tailProbabilities } from './interval.ts';
import { reaches } from './permutation-p.ts';

/** n counts pairs of units; estimate > 0 means that large x go with large y. */
export interface CorrelationTest {
  readonly method: CorrelationMethod;
  readonly estimate: number;
  readonly n: number;
  /** Two-sided permutation p: P(|r| ≥ |estimate|) over orders of y. */
  readonly p: number;
  /** One-sided: P(r ≥ estimate). */
  readonly pGreater: number;
  /** The null was enumerated (n ≤ 8, ties included), not sampled. */
  readonly enumerated: boolean;
  /** Orders enumerated or drawn. */
  readonly orders: number;
  /** The smallest two-sided p these values can give in any order. */
  readonly smallestP: number;
  /** Two-sided p by t = r √((n−2)/(1−r²)) with n − 2 degrees of freedom. */
  readonly parametricP: number;
  /**
   * Fisher's z with standard error 1/√(n−3), of ranks √(1+r²/2)/√(n−3) (Bonett & Wright 2000); from n = 4
   * on, and not at ±1.
   */
  readonly interval: Interval;
}

/** Permutation test, t test and interval of a correlation. All NaN where one side is constant. */
export function correlationTest(options: {
  readonly method: CorrelationMethod;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Random orders above 8 pairs. */
  readonly draws?: number;
  readonly seed: number;
  readonly level?: number;
}): CorrelationTest {
  const { method, x, y, draws = 9999, seed, level = defaultLevel } = options;
  requirePairs(x, y);
  const n = x.length;
  const estimate = correlation(method, x, y);
  const orders = arrangements({ n, draws, seed });
  const counted = countOrders(standardScores(method, x), standardScores(method, y), orders);
  return {
    method,
    estimate,
    n,
    p: arrangementP(counted.twoSided, orders),
    pGreater: arrangementP(counted.greater, orders),
    enumerated: orders.enumerated,
    orders: orders.count,
    smallestP: arrangementP(counted.atExtreme, orders),
    parametricP: correlationP(estimate, n),
    interval: fisherInterval({ method, estimate, n, level }),
  };
}

/** Two-sided p of a correlation by Student's t. */
export function correlationP(estimate: number, n: number): number {
  if (n < 3) return Number.NaN;
  return studentTTwoSided(estimate * Math.sqrt((n - 2) / (1 - estimate * estimate)), n - 2);
}

interface CountedOrders {
  readonly twoSided: number;
  readonly greater: number;
  /** Orders at the largest |r| of all: b of the smallest possible p (0 of random draws, which need not contain it). */
  readonly atExtreme: number;
}

function countOrders(x: Float64Array, y: Float64Array, orders: Arrangements): CountedOrders {
  const observed = sumInOrder(x, y, identity(x.length));
  if (Number.isNaN(observed)) return { twoSided: Number.NaN, greater: Number.NaN, atExtreme: Number.NaN };
  let [twoSided, greater, atExtreme, largest] = [0, 0, 0, -1];
  orders.forEach(order => {
    const r = sumInOrder(x, y, order);
    if (reaches(r, observed)) greater += 1;
    if (reaches(Math.abs(r), Math.abs(observed))) twoSided += 1;
    if (!reaches(largest, Math.abs(r))) [largest, atExtreme] = [Math.abs(r), 0];
    if (reaches(Math.abs(r), largest)) atExtreme += 1;
  });
  return { twoSided, greater, atExtreme: orders.enumerated ? atExtreme : 0 };
}

/** Σ xᵢ y(order i). */
export function sumInOrder(x: Float64Array, y: Float64Array, order: Int32Array): number {
  let total = 0;
  for (let index = 0; index < x.length; index++) {
    total += (x[index] ?? Number.NaN) * (y[order[index] ?? -1] ?? Number.NaN);
  }
  return total;
}

/** 0 … n−1. */
export function identity(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, index) => index);
}

function fisherInterval(of: {
  readonly method: CorrelationMethod;
  readonly estimate: number;
  readonly n: number;
  readonly level: number;
}): Interval {
  const { method, estimate, n, level } = of;
  // At ±1 the interval would shrink to a point, whatever n is.
  if (n < 4 || !(Math.abs(estimate) < 1)) return noInterval;
  const inflation = method === 'spearman' ? Math.sqrt(1 + (estimate * estimate) / 2) : 1;
  const half = (normalQuantile(tailProbabilities(level)[1]) * inflation) / Math.sqrt(n - 3);
  const z = Math.atanh(estimate);
  return { low: Math.tanh(z - half), high: Math.tanh(z + half) };
}
