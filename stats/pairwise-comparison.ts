/** Every group against every other. */
import { holm } from './adjust-p.ts';
import { studentizedRangeQuantile, studentizedRangeUpperTail } from './distributions.ts';
import { type Group, type GroupedRow, groupRows } from './grouped-values.ts';
import { mean, sum, sumOfSquares } from './moments.ts';
import { welchTTest, type WelchTTest } from './welch-t-test.ts';

/** a − b; n counts the rows of each, which must be independent units. */
export interface PairwiseComparison extends WelchTTest {
  readonly a: string;
  readonly b: string;
  /** Welch's p, adjusted for all pairs (Holm 1979). */
  readonly pHolm: number;
  /** Tukey–Kramer: |a − b| / √(MS_within/2 · (1/nₐ + 1/n_b)). Assumes equal variances. */
  readonly q: number;
  /** P(studentised range ≥ q) over all groups: family-wise by itself. */
  readonly pTukey: number;
}

export interface PairwiseComparisons {
  readonly pairs: readonly PairwiseComparison[];
  /** The q that Tukey's test needs at `significance`. */
  readonly criticalQ: number;
}

/** Welch t, Cohen d, Holm, and Tukey's honestly significant difference for all pairs, named in code-unit order. */
export function pairwiseComparisons(rows: readonly GroupedRow[], significance = 0.05): PairwiseComparisons {
  const groups = groupRows(rows);
  const dfWithin = rows.length - groups.length;
  const msWithin = dfWithin > 0 ? sum(groups.map(({ values }) => sumOfSquares(values))) / dfWithin : Number.NaN;
  const compared = groups.flatMap((a, index) =>
    groups.slice(index + 1).map(b => {
      const q = tukeyQ(a, b, msWithin);
      const test = welchTTest(a.values, b.values);
      return { a: a.group, b: b.group, ...test, q, pTukey: studentizedRangeUpperTail(q, groups.length, dfWithin) };
    }),
  );
  const adjusted = holm(compared.map(({ p }) => p));
  return {
    pairs: compared.map((pair, index) => ({ ...pair, pHolm: adjusted[index] ?? Number.NaN })),
    criticalQ: studentizedRangeQuantile(1 - significance, groups.length, dfWithin),
  };
}

function tukeyQ(a: Group, b: Group, msWithin: number): number {
  const error = Math.sqrt((msWithin / 2) * (1 / a.values.length + 1 / b.values.length));
  return error > 0 ? Math.abs(mean(a.values) - mean(b.values)) / error : Number.NaN;
}
