/** One-way analysis of variance: do groups differ by more than their members do, and by how much? */
import { groupRows, type GroupedRow, type GroupSummary, summarizeGroup } from './grouped-values.ts';
import { defaultLevel, type Interval } from './interval.ts';
import { mean, sum, sumOfSquares } from './moments.ts';
import { noncentralityInterval } from './noncentral-f.ts';
import {
  differenceComponent,
  directComponent,
  intraclassCorrelation,
  type IntraclassCorrelation,
  meanReliability,
  type MeanSquare,
  meanSquareOf,
  testedSource,
  untestedSource,
  type VarianceComponent,
  type VarianceSource,
} from './variance-component.ts';

/** n counts rows. Anything the design cannot estimate (one group; one row in every group) is NaN. */
export interface OneWayAnova {
  readonly n: number;
  readonly groups: readonly GroupSummary[];
  /** `between`, `within`, `total`. */
  readonly table: readonly VarianceSource[];
  readonly f: number;
  readonly p: number;
  /** SS_between / SS_total. */
  readonly etaSquared: number;
  /** (SS_b − (k−1)·MS_w) / (SS_t + MS_w): η² without its upward bias (Hays 1963); may be negative. */
  readonly omegaSquared: number;
  /** Of the share of variance that both estimate, λ/(λ + N) at the ends of the interval of F's noncentrality λ. */
  readonly effectInterval: Interval;
  /** Members per group: n, or n₀ = (N − Σnᵢ²/N)/(k−1) where groups are unequal. */
  readonly membersPerGroup: number;
  /** Correlation of two members of a group, ICC(1). */
  readonly icc: IntraclassCorrelation;
  /** Reliability of a group's mean, ICC(1,k). */
  readonly iccOfMeans: IntraclassCorrelation;
  /** Variance of groups' true means, and of members within a group. */
  readonly components: { readonly between: VarianceComponent; readonly within: VarianceComponent };
}

/** The analysis of raw rows, balanced or not. */
export function oneWayAnova(rows: readonly GroupedRow[], level = defaultLevel): OneWayAnova {
  const groups = groupRows(rows);
  const n = rows.length;
  const sizes = groups.map(({ values }) => values.length);
  const grandMean = mean(Float64Array.from(rows, row => row.value).sort());
  const ssBetween = sum(groups.map(({ values }) => values.length * (mean(values) - grandMean) ** 2));
  const ssWithin = sum(groups.map(({ values }) => sumOfSquares(values)));
  const between = meanSquareOf(ssBetween, groups.length - 1);
  const within = meanSquareOf(ssWithin, n - groups.length);
  const membersPerGroup = (n - sum(sizes.map(size => size * size)) / n) / (groups.length - 1);
  const f = between.meanSquare / within.meanSquare;
  const noncentrality = noncentralityInterval(f, { between: between.df, within: within.df }, level);
  return {
    n,
    groups: groups.map(summarizeGroup),
    ...testedTable(between, within),
    etaSquared: ssBetween / (ssBetween + ssWithin),
    omegaSquared: (ssBetween - between.df * within.meanSquare) / (ssBetween + ssWithin + within.meanSquare),
    effectInterval: {
      low: noncentrality.low / (noncentrality.low + n),
      high: noncentrality.high / (noncentrality.high + n),
    },
    membersPerGroup,
    icc: intraclassCorrelation({ upper: between, lower: within, members: membersPerGroup, level }),
    iccOfMeans: meanReliability({ upper: between, lower: within, level }),
    components: {
      between: differenceComponent({ upper: between, lower: within, divisor: membersPerGroup, level }),
      within: directComponent(within, level),
    },
  };
}

function testedTable(
  between: MeanSquare,
  within: MeanSquare,
): { readonly f: number; readonly p: number; readonly table: readonly VarianceSource[] } {
  const tested = testedSource('between', between, within);
  const ssTotal = tested.sumOfSquares + untestedSource('within', within).sumOfSquares;
  const total = untestedSource('total', meanSquareOf(ssTotal, between.df + within.df));
  return { f: tested.f, p: tested.p, table: [tested, untestedSource('within', within), total] };
}
