/** Did removing the rows that attribution points at do more than removing as many random ones? */
import { type Interval, noInterval } from './interval.ts';
import { mean, standardDeviation } from './moments.ts';
import { permutationP, reaches, smallestPermutationP } from './permutation-p.ts';
import { requireFinite } from './unsuitable-data-error.ts';
import { welchTTest } from './welch-t-test.ts';

/**
 * One removal arm. Every value is one replicate (a removal drawn, or a retraining), averaged over whatever was measured
 * of it; n counts replicates. Shifts are arm minus no-op in the score's own units: negative where the score fell.
 */
export interface RemovalArm {
  readonly n: number;
  readonly mean: number;
  readonly sd: number;
  /** Mean of the arm − mean of the no-op runs, with Welch's interval. */
  readonly shift: number;
  readonly interval: Interval;
  /** |shift| in standard deviations of the no-op runs: what a gate of "one sigma" compares. */
  readonly shiftInNoOpSd: number;
  /** (shift − mean shift of random removals) / their standard deviation. */
  readonly z: number;
  /** (1 + #{|Δ_random| ≥ |shift|}) / (R + 1) over the R random removals. */
  readonly p: number;
}

export interface RemovalTest {
  readonly arms: readonly RemovalArm[];
  /** Random removals: R. */
  readonly draws: number;
  /** 1/(R + 1): with fewer than 19 random removals, no arm can reach .05. */
  readonly smallestP: number;
}

/**
 * Tests arms against random removals of the same size. p takes an arm's shift and each random one as exchangeable, so
 * an arm of several replicates, whose mean varies less than one random removal, is tested conservatively.
 *
 * @param options.noOp scores of runs that removed nothing
 * @param options.random score of each random removal
 * @param options.arms scores of the replicates of each arm
 */
export function removalTest(options: {
  readonly noOp: readonly number[];
  readonly random: readonly number[];
  readonly arms: readonly (readonly number[])[];
}): RemovalTest {
  const { noOp, random, arms } = options;
  requireFinite(noOp, 'scores of no-op runs');
  requireFinite(random, 'scores of random removals');
  const baseline = mean(noOp);
  const randomShifts = random.map(score => score - baseline);
  return {
    arms: arms.map(scores => testArm({ scores, noOp, baseline, randomShifts })),
    draws: random.length,
    smallestP: smallestPermutationP(random.length),
  };
}

function testArm(of: {
  readonly scores: readonly number[];
  readonly noOp: readonly number[];
  readonly baseline: number;
  readonly randomShifts: readonly number[];
}): RemovalArm {
  const { scores, noOp, baseline, randomShifts } = of;
  requireFinite(scores, 'scores of a removal arm');
  const shift = mean(scores) - baseline;
  const reaching = randomShifts.filter(each => reaches(Math.abs(each), Math.abs(shift))).length;
  const randomSd = standardDeviation(randomShifts);
  return {
    n: scores.length,
    mean: mean(scores),
    sd: standardDeviation(scores),
    shift,
    interval: scores.length > 1 && noOp.length > 1 ? welchTTest(scores, noOp).interval : noInterval,
    shiftInNoOpSd: overSpread(Math.abs(shift), standardDeviation(noOp)),
    z: overSpread(shift - mean(randomShifts), randomSd),
    p: Number.isNaN(shift) ? Number.NaN : permutationP(reaching, randomShifts.length),
  };
}

/** NaN without spread: nothing is infinitely many standard deviations away. */
function overSpread(value: number, spread: number): number {
  return spread > 0 ? value / spread : Number.NaN;
}
