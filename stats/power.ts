/** What a design can show at all, before any data: small facts to print beside a gate. */
import { arrangementP, arrangements, factorial, mostEnumerated } from './arrangements.ts';
import { standardScores } from './correlation.ts';
import { identity, sumInOrder } from './correlation-test.ts';
import { normalCdf, normalQuantile, normalUpperTail, studentTQuantile } from './distributions.ts';
import { permutationP, reaches } from './permutation-p.ts';

/** Whether a test whose smallest p is `smallestP` can reject at `significance` among `tests` tests (Bonferroni). */
export function canEverReject(smallestP: number, significance: number, tests = 1): boolean {
  return smallestP <= significance / tests;
}

/** The smallest two-sided permutation p of a correlation of n untied pairs: 2/n! enumerated, 1/(B+1) of B draws. */
export function smallestCorrelationP(n: number, draws: number): number {
  if (n < 2) return 1;
  return n <= mostEnumerated ? 2 / factorial(n) : permutationP(0, draws);
}

/** The |r| that a two-sided t test of Pearson's r needs at n pairs: t/√(n − 2 + t²). NaN below 3. */
export function criticalCorrelation(n: number, significance: number): number {
  if (n < 3) return Number.NaN;
  const t = studentTQuantile(1 - significance / 2, n - 2);
  return t / Math.sqrt(n - 2 + t * t);
}

/**
 * P(ρ ≥ threshold) when x and y have nothing to do with each other: how often a gate on Spearman's ρ passes by chance.
 * Exact for up to 8 untied pairs, from the seed's random orders above.
 */
export function chanceOfRankGate(options: {
  readonly n: number;
  readonly threshold: number;
  readonly draws?: number;
  readonly seed: number;
}): number {
  const { n, threshold, draws = 99_999, seed } = options;
  const scores = standardScores('spearman', identity(n));
  const orders = arrangements({ n, draws, seed });
  let reaching = 0;
  orders.forEach(order => {
    if (reaches(sumInOrder(scores, scores, order), threshold)) reaching += 1;
  });
  return arrangementP(reaching, orders);
}

/**
 * P(|Δ| ≥ shift) when nothing was done, Δ in standard deviations of single runs: of one run against a known mean
 * 2(1 − Φ(shift)), of one run against another 2(1 − Φ(shift/√2)). A gate of "one sigma" passes by chance .317 or .480 of
 * the time.
 */
export function chanceOfShift(shift: number, against: 'known mean' | 'another run'): number {
  return 2 * normalUpperTail(against === 'known mean' ? shift : shift / Math.SQRT2);
}

/**
 * The smallest effect of a unit that a datamodel finds with the given power, in standard deviations of runs:
 * (z_{1−a/2} + z_power) / √(N·α(1−α)) for N runs on subsets that keep a share α (2.80/√… at .05 and 80 %).
 */
export function minimumDetectableEffect(options: {
  readonly runs: number;
  readonly share: number;
  readonly power?: number;
  readonly significance?: number;
}): number {
  const { runs, share, power = 0.8, significance = 0.05 } = options;
  return (normalQuantile(1 - significance / 2) + normalQuantile(power)) / Math.sqrt(runs * share * (1 - share));
}

/** P(a two-sided z test finds an effect of `effect` standard errors). */
export function powerOfShift(effect: number, significance = 0.05): number {
  const z = normalQuantile(1 - significance / 2);
  return normalCdf(effect - z) + normalCdf(-effect - z);
}

/** Independent observations that clustered ones are worth: m·n / (1 + (n − 1)·ICC) for m clusters of n (Kish 1965). */
export function effectiveSampleSize(clusters: number, perCluster: number, icc: number): number {
  return (clusters * perCluster) / (1 + (perCluster - 1) * icc);
}

/** The |mean difference| that a paired t test of n pairs needs, in standard deviations of the differences: t/√n. */
export function criticalPairedDifference(n: number, significance: number): number {
  return n < 2 ? Number.NaN : studentTQuantile(1 - significance / 2, n - 1) / Math.sqrt(n);
}
