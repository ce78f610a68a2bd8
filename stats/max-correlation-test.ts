/** Which of many predictors go with an outcome, with the error of the whole family under control. */
import { arrangementP, arrangements } from './arrangements.ts';
import { correlation, type CorrelationMethod, requirePairs, standardScores } from './correlation.ts';
import { sumInOrder } from './correlation-test.ts';
import { reaches } from './permutation-p.ts';

/** n counts the units behind every correlation. */
export interface MaxCorrelationTest {
  readonly n: number;
  readonly enumerated: boolean;
  readonly orders: number;
  /** The smallest adjusted p that these data can give any predictor. */
  readonly smallestP: number;
  readonly predictors: readonly {
    readonly name: string;
    /** NaN of a constant predictor, which takes no part. */
    readonly estimate: number;
    /** P(max over the family of |r| ≥ |estimate|): controls the family-wise error. */
    readonly p: number;
  }[];
}

/**
 * Single-step maxT of Westfall & Young (1993): the outcome is re-ordered, all predictors stay as they are, so that their
 * correlation with each other is kept; each |r| is compared with the largest |r| of every order.
 */
export function maxCorrelationTest(options: {
  readonly method: CorrelationMethod;
  readonly predictors: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
  readonly outcome: ArrayLike<number>;
  /** Random orders above 8 units. */
  readonly draws?: number;
  readonly seed: number;
}): MaxCorrelationTest {
  const { method, predictors, outcome, draws = 9999, seed } = options;
  for (const { values } of predictors) requirePairs(values, outcome);
  const n = outcome.length;
  const orders = arrangements({ n, draws, seed });
  const y = standardScores(method, outcome);
  const estimates = predictors.map(({ values }) => correlation(method, values, outcome));
  const scores = predictors.map(({ values }) => standardScores(method, values)).filter(x => !Number.isNaN(x[0]));

  const reaching = new Int32Array(predictors.length);
  let [largest, atExtreme] = [-1, 0];
  orders.forEach(order => {
    const maximum = scores.reduce((high, x) => Math.max(high, Math.abs(sumInOrder(x, y, order))), 0);
    estimates.forEach((estimate, index) => {
      if (reaches(maximum, Math.abs(estimate))) reaching[index] = (reaching[index] ?? 0) + 1;
    });
    if (!reaches(largest, maximum)) [largest, atExtreme] = [maximum, 0];
    if (reaches(maximum, largest)) atExtreme += 1;
  });
  return {
    n,
    enumerated: orders.enumerated,
    orders: orders.count,
    smallestP: arrangementP(orders.enumerated ? atExtreme : 0, orders),
    predictors: predictors.map(({ name }, index) => {
      const estimate = estimates[index] ?? Number.NaN;
      const p = Number.isNaN(estimate) ? Number.NaN : arrangementP(reaching[index] ?? Number.NaN, orders);
      return { name, estimate, p };
    }),
  };
}
