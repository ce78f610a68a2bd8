/** Friedman's rank test: do treatments differ within blocks, whatever the scale? */
import { blockedDesign, type BlockedRow } from './blocked-design.ts';
import { chiSquareUpperTail } from './distributions.ts';
import { sum } from './moments.ts';
import { midRanks } from './ranks.ts';

/** n counts blocks, the independent units. */
export interface FriedmanTest {
  readonly n: number;
  readonly statistic: number;
  readonly df: number;
  /** By the chi-square approximation, which is rough for few blocks. */
  readonly p: number;
  /** Kendall's W = statistic / (n·df): agreement of the blocks, 0 to 1. */
  readonly concordance: number;
  readonly meanRanks: readonly { readonly treatment: string; readonly rank: number }[];
}

/**
 * Q = (k−1)·Σⱼ(Rⱼ − b(k+1)/2)² / ΣΣ(rᵢⱼ − (k+1)/2)² over b blocks of k treatments, which corrects for ties (Friedman
 * 1937; Conover 1999, 5.8). NaN where every block is all ties.
 *
 * @throws UnsuitableDataError `incomplete-design`
 */
export function friedmanTest(rows: readonly BlockedRow[]): FriedmanTest {
  const { treatments, blocks, values } = blockedDesign(rows);
  const ranks = values.map(midRanks);
  const middle = (treatments.length + 1) / 2;
  const rankSums = treatments.map((_, column) => sum(ranks.map(row => row[column] ?? Number.NaN)));
  const between = sum(rankSums.map(each => (each - blocks.length * middle) ** 2));
  const spread = sum(ranks.flatMap(row => Array.from(row, rank => (rank - middle) ** 2)));
  const df = treatments.length - 1;
  const statistic = (df * between) / spread;
  return {
    n: blocks.length,
    statistic,
    df,
    p: chiSquareUpperTail(statistic, df),
    concordance: statistic / (blocks.length * df),
    meanRanks: treatments.map((treatment, column) => ({
      treatment,
      rank: (rankSums[column] ?? Number.NaN) / blocks.length,
    })),
  };
}
