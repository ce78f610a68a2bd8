/** Nested analysis of variance: condition ⊃ pipeline seed ⊃ replicate (last-stage seed). */
import { compareText, groupBy, groupRows } from './grouped-values.ts';
import { defaultLevel } from './interval.ts';
import { mean, sum, sumOfSquares } from './moments.ts';
import {
  differenceComponent,
  directComponent,
  intraclassCorrelation,
  type IntraclassCorrelation,
  type MeanSquare,
  meanSquareOf,
  testedSource,
  untestedSource,
  type VarianceComponent,
  type VarianceSource,
} from './variance-component.ts';

export interface NestedRow {
  /** The outer group: a condition. */
  readonly outer: string;
  /** The group nested in it: a pipeline. The same name under two outer groups means two different groups. */
  readonly inner: string;
  readonly value: number;
}

/**
 * The coefficients of the expected mean squares (Searle, Casella & McCulloch 1992, 3.5; Sokal & Rohlf 1995, 10.3):
 * E[MS_inner] = σ²_e + n·σ²_i, E[MS_outer] = σ²_e + n′·σ²_i + m·σ²_o. In a balanced design n = n′.
 */
export interface ExpectedMeanSquares {
  readonly n: number;
  readonly nPrime: number;
  readonly m: number;
}

/** n counts rows; what the design cannot estimate is NaN (one outer group; no replicates). */
export interface NestedAnova {
  readonly n: number;
  readonly outerGroups: number;
  /** The independent units of the test of `outer`. */
  readonly innerGroups: number;
  readonly balanced: boolean;
  /**
   * `outer`, tested against a mean square of the same expectation under its null (MS_inner when balanced; otherwise
   * (n′/n)·MS_inner + (1−n′/n)·MS_replicate with Satterthwaite's degrees of freedom), `inner`, tested against
   * `replicate`; `total`.
   */
  readonly table: readonly VarianceSource[];
  /** Degrees of freedom of the error of `outer`. */
  readonly outerErrorDf: number;
  readonly expected: ExpectedMeanSquares;
  readonly components: {
    readonly outer: VarianceComponent;
    readonly inner: VarianceComponent;
    readonly replicate: VarianceComponent;
  };
  /** Truncated components over their sum. */
  readonly shares: { readonly outer: number; readonly inner: number; readonly replicate: number };
  /** σ²_o / (σ²_o + σ²_i + σ²_e/n): correlation of the means of two inner groups of one outer group. */
  readonly iccOfInnerMeans: IntraclassCorrelation;
  /** σ²_i / (σ²_i + σ²_e): correlation of two replicates of one inner group, its outer group given. */
  readonly iccOfReplicates: IntraclassCorrelation;
  /** σ²_i / σ²_o from the truncated components, ∞ where no outer variance is left; see `nestedRatioInterval`. */
  readonly innerOverOuter: number;
}

/** The analysis of raw rows: exact for balanced designs, by Type I sums of squares and their expectations for others. */
export function nestedAnova(rows: readonly NestedRow[], level = defaultLevel): NestedAnova {
  const design = nestedDesign(rows);
  const { outer, inner, replicate, expected } = design;
  const error = outerError(inner, replicate, expected);
  const components = {
    outer: differenceComponent({ upper: outer, lower: error, divisor: expected.m, level }),
    inner: differenceComponent({ upper: inner, lower: replicate, divisor: expected.n, level }),
    replicate: directComponent(replicate, level),
  };
  const total = components.outer.truncated + components.inner.truncated + components.replicate.truncated;
  return {
    n: rows.length,
    outerGroups: outer.df + 1,
    innerGroups: outer.df + 1 + inner.df,
    balanced: design.balanced,
    table: [
      testedSource('outer', outer, error),
      testedSource('inner', inner, replicate),
      untestedSource('replicate', replicate),
      untestedSource('total', meanSquareOf(design.ssTotal, rows.length - 1)),
    ],
    outerErrorDf: error.df,
    expected,
    components,
    shares: {
      outer: components.outer.truncated / total,
      inner: components.inner.truncated / total,
      replicate: components.replicate.truncated / total,
    },
    iccOfInnerMeans: intraclassCorrelation({ upper: outer, lower: error, members: expected.m / expected.n, level }),
    iccOfReplicates: intraclassCorrelation({ upper: inner, lower: replicate, members: expected.n, level }),
    innerOverOuter: components.inner.truncated / components.outer.truncated,
  };
}

interface NestedDesign {
  readonly outer: MeanSquare;
  readonly inner: MeanSquare;
  readonly replicate: MeanSquare;
  readonly expected: ExpectedMeanSquares;
  readonly balanced: boolean;
  readonly ssTotal: number;
}

function nestedDesign(rows: readonly NestedRow[]): NestedDesign {
  const outerGroups = [...groupBy(rows, row => row.outer)]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, members]) => groupRows(members.map(({ inner, value }) => ({ group: inner, value }))));
  const outerMeans = outerGroups.map(groups => mean(groups.flatMap(({ values }) => [...values])));
  const outerSizes = outerGroups.map(groups => sum(groups.map(({ values }) => values.length)));
  const n = rows.length;
  const grandMean = sum(outerMeans.map((each, index) => each * (outerSizes[index] ?? Number.NaN))) / n;
  const innerCount = sum(outerGroups.map(groups => groups.length));

  const ssOuter = sum(outerMeans.map((each, index) => (outerSizes[index] ?? Number.NaN) * (each - grandMean) ** 2));
  const ssInner = sum(
    outerGroups.flatMap((groups, index) =>
      groups.map(({ values }) => values.length * (mean(values) - (outerMeans[index] ?? Number.NaN)) ** 2),
    ),
  );
  const ssReplicate = sum(outerGroups.flatMap(groups => groups.map(({ values }) => sumOfSquares(values))));
  const [dfOuter, dfInner] = [outerGroups.length - 1, innerCount - outerGroups.length];
  const sizes = outerGroups.map(groups => groups.map(({ values }) => values.length));
  return {
    outer: meanSquareOf(ssOuter, dfOuter),
    inner: meanSquareOf(ssInner, dfInner),
    replicate: meanSquareOf(ssReplicate, n - innerCount),
    expected: expectedMeanSquares(sizes, { dfOuter, dfInner }),
    balanced: new Set(sizes.flat()).size <= 1 && new Set(sizes.map(each => each.length)).size <= 1,
    ssTotal: ssOuter + ssInner + ssReplicate,
  };
}

/** From the sizes of the inner groups, by outer group. */
function expectedMeanSquares(
  sizes: readonly (readonly number[])[],
  { dfOuter, dfInner }: { readonly dfOuter: number; readonly dfInner: number },
): ExpectedMeanSquares {
  const outerSizes = sizes.map(sum);
  const n = sum(outerSizes);
  const squares = (values: readonly number[]) => sum(values.map(value => value * value));
  const withinOuter = sum(sizes.map((each, index) => squares(each) / (outerSizes[index] ?? Number.NaN)));
  return {
    n: (n - withinOuter) / dfInner,
    nPrime: (withinOuter - squares(sizes.flat()) / n) / dfOuter,
    m: (n - squares(outerSizes) / n) / dfOuter,
  };
}

/** The mean square with E[MS_outer] when σ²_o = 0; Satterthwaite (1946) where it is a sum of two. */
function outerError(inner: MeanSquare, replicate: MeanSquare, { n, nPrime }: ExpectedMeanSquares): MeanSquare {
  const weight = nPrime / n;
  // In a balanced design the weight is 1 up to rounding, and the replicates do not matter (there may be none).
  if (!(Math.abs(weight - 1) > 1e-12)) return inner;
  const parts = [weight * inner.meanSquare, (1 - weight) * replicate.meanSquare];
  const meanSquare = sum(parts);
  const spread = (parts[0] ?? Number.NaN) ** 2 / inner.df + (parts[1] ?? Number.NaN) ** 2 / replicate.df;
  return { meanSquare, df: meanSquare ** 2 / spread };
}
