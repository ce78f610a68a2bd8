/** The analyses of variance that a design allows. */
import { type FriedmanTest, friedmanTest } from '../../stats/friedman-test.ts';
import type { Interval } from '../../stats/interval.ts';
import { noInterval } from '../../stats/interval.ts';
import { type NestedAnova, nestedAnova } from '../../stats/nested-anova.ts';
import { nestedRatioInterval } from '../../stats/nested-ratio-interval.ts';
import { type OneWayAnova, oneWayAnova } from '../../stats/one-way-anova.ts';
import { type TwoWayAnova, twoWayAnova } from '../../stats/two-way-anova.ts';
import type { VarianceComponent, VarianceSource } from '../../stats/variance-component.ts';
import { type VarianceDesign, byCondition } from './variance-design.ts';

export interface VarianceAnalyses {
  /** All replicates, as if independent. */
  readonly rows: OneWayAnova;
  /** The independent units. */
  readonly units: OneWayAnova;
  /** Where some pipeline has several replicates. */
  readonly nested: NestedAnova | undefined;
  /** Where the conditions share their pipelines. */
  readonly blocked: { readonly anova: TwoWayAnova; readonly friedman: FriedmanTest } | undefined;
}

export function analyseVariance(design: VarianceDesign): VarianceAnalyses {
  const { replicates, units, isNested, isCrossed } = design;
  const blocks = units.map(({ condition, inner, value }) => ({ treatment: condition, block: inner, value }));
  return {
    rows: oneWayAnova(byCondition(replicates)),
    units: oneWayAnova(byCondition(units)),
    nested: isNested
      ? nestedAnova(replicates.map(({ condition, inner, value }) => ({ outer: condition, inner, value })))
      : undefined,
    blocked: isCrossed ? { anova: twoWayAnova(blocks), friedman: friedmanTest(blocks) } : undefined,
  };
}

/** A line of an analysis of variance, its source by the design's own words. */
export interface AnalysisLine extends Omit<VarianceSource, 'source'> {
  readonly analysis: 'rows' | 'units' | 'nested' | 'blocked';
  readonly source: string;
  readonly n: number;
}

const sourceNames: { readonly [analysis in AnalysisLine['analysis']]: { readonly [source: string]: string } } = {
  rows: { between: 'condition', within: 'residual' },
  units: { between: 'condition', within: 'residual' },
  nested: { outer: 'condition', inner: 'pipeline' },
  blocked: { treatment: 'condition', block: 'pipeline' },
};

/** The tables of all analyses; units only where they are not the rows. */
export function analysisLines(
  { rows, units, nested, blocked }: VarianceAnalyses,
  hasPipelines: boolean,
): AnalysisLine[] {
  const lines = (
    analysis: AnalysisLine['analysis'],
    of: { readonly n: number; readonly table: readonly VarianceSource[] },
  ) =>
    of.table.map(line => ({ ...line, analysis, source: sourceNames[analysis][line.source] ?? line.source, n: of.n }));
  return [
    ...lines('rows', rows),
    ...(hasPipelines ? lines('units', units) : []),
    ...(nested === undefined ? [] : lines('nested', nested)),
    ...(blocked === undefined ? [] : lines('blocked', blocked.anova)),
  ];
}

export interface ComponentLine {
  readonly source: 'condition' | 'pipeline' | 'replicate';
  readonly component: VarianceComponent;
  /** Of all truncated components. */
  readonly share: number;
  readonly df: number;
  /** Conditions, pipelines or replicates counted. */
  readonly levels: number;
}

/** Components of the nested analysis; without one, of the units, whose variance then contains that of replicates. */
export function componentLines({ units, nested }: VarianceAnalyses, design: VarianceDesign): ComponentLine[] {
  const df = (table: readonly VarianceSource[], source: string) =>
    table.find(line => line.source === source)?.df ?? Number.NaN;
  if (nested !== undefined) {
    const { components, shares, table } = nested;
    return [
      {
        source: 'condition',
        component: components.outer,
        share: shares.outer,
        df: df(table, 'outer'),
        levels: nested.outerGroups,
      },
      {
        source: 'pipeline',
        component: components.inner,
        share: shares.inner,
        df: df(table, 'inner'),
        levels: nested.innerGroups,
      },
      {
        source: 'replicate',
        component: components.replicate,
        share: shares.replicate,
        df: df(table, 'replicate'),
        levels: nested.n,
      },
    ];
  }
  const { between, within } = units.components;
  const total = between.truncated + within.truncated;
  const inner = design.hasPipelines ? 'pipeline' : 'replicate';
  return [
    {
      source: 'condition',
      component: between,
      share: between.truncated / total,
      df: df(units.table, 'between'),
      levels: units.groups.length,
    },
    {
      source: inner,
      component: within,
      share: within.truncated / total,
      df: df(units.table, 'within'),
      levels: units.n,
    },
  ];
}

/** Variance between pipelines over that between conditions; NaN where neither is left. */
export interface VarianceRatio {
  /** ∞ where no variance between conditions is left. */
  readonly value: number;
  /** Not estimable without replicates. */
  readonly interval: Interval;
}

/** The interval's Monte-Carlo draws evaluate a distribution that the data fix: they need no seed of the study. */
const fixedSeed = 0;

export function pipelineOverCondition({ units, nested }: VarianceAnalyses): VarianceRatio {
  if (nested !== undefined) {
    return { value: nested.innerOverOuter, interval: nestedRatioInterval({ anova: nested, seed: fixedSeed }) };
  }
  const { between, within } = units.components;
  return { value: within.truncated / between.truncated, interval: noInterval };
}

/** r / (1 + r): the same as a share of both variances, in [0, 1], which stays finite where nothing is between conditions. */
export function asShare({ value, interval }: VarianceRatio): VarianceRatio {
  const share = (ratio: number) => (ratio === Number.POSITIVE_INFINITY ? 1 : ratio / (1 + ratio));
  return { value: share(value), interval: { low: share(interval.low), high: share(interval.high) } };
}
