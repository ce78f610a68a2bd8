/** What a study's gates read of an analysis of variance. */
import type { Metric } from '../../schemas/metric.ts';
import type { varianceComponents } from '../../schemas/steps/variance-components.ts';
import { chiSquareUpperTail } from '../../stats/distributions.ts';
import type { FriedmanTest } from '../../stats/friedman-test.ts';
import { canEverReject } from '../../stats/power.ts';
import { rangeRatio } from '../../stats/range-ratio.ts';
import { counted } from './counted.ts';
import { estimate } from './estimate.ts';
import { significance } from './significance.ts';
import { type VarianceAnalyses, asShare, pipelineOverCondition } from './variance-analyses.ts';
import { type VarianceDesign, byCondition } from './variance-design.ts';

type VarianceMetrics = { readonly [metric in keyof (typeof varianceComponents)['metrics']]: Metric };

/** n counts the independent units in all of them. */
export function varianceMetrics(design: VarianceDesign, analyses: VarianceAnalyses): VarianceMetrics {
  const { rows, units } = analyses;
  const n = design.units.length;
  const pooled = design.isNested
    ? `takes ${counted(rows.n, 'replicate')} as independent; n counts their pipelines`
    : undefined;
  const unless =
    units.groups.length < 2 ? 'one condition has nothing to compare' : 'no condition has two units that differ';
  const effect = { n, interval: rows.effectInterval, note: pooled, unless };
  return {
    f: estimate({ value: rows.f, n, p: rows.p, note: pooled, unless }),
    f_units: estimate({ value: units.f, n, p: units.p, unless }),
    ...blockedMetrics(design, analyses),
    icc: estimate({ value: units.icc.value, n, interval: units.icc.interval, unless }),
    eta_squared: estimate({ ...effect, value: rows.etaSquared }),
    omega_squared: estimate({ ...effect, value: rows.omegaSquared }),
    ...ratioMetrics(design, analyses),
    range_ratio: rangeMetric(design, unless),
  };
}

function blockedMetrics(
  { units }: VarianceDesign,
  { blocked }: VarianceAnalyses,
): Pick<VarianceMetrics, 'f_blocked' | 'friedman'> {
  const n = units.length;
  if (blocked === undefined) {
    const absent = { value: Number.NaN, n, unless: 'the conditions do not share two pipelines or more' };
    return { f_blocked: estimate(absent), friedman: estimate(absent) };
  }
  const { anova, friedman } = blocked;
  const unless = 'nothing varies within the pipelines';
  return {
    f_blocked: estimate({ value: anova.treatment.f, n, p: anova.treatment.p, unless }),
    friedman: estimate({
      value: friedman.statistic,
      n,
      p: friedman.p,
      canEverReject: canEverReject(smallestFriedmanP(friedman), significance),
      note: `chi-square over ${counted(friedman.n, 'block')}, rough for few`,
      unless: 'every pipeline ranks all conditions alike',
    }),
  };
}

/** All blocks agree on the order: the statistic is n·df. */
function smallestFriedmanP({ n, df }: FriedmanTest): number {
  return chiSquareUpperTail(n * df, df);
}

function ratioMetrics(
  { units, isNested, hasPipelines }: VarianceDesign,
  analyses: VarianceAnalyses,
): Pick<VarianceMetrics, 'pipeline_over_condition' | 'pipeline_share'> {
  const ratio = hasPipelines
    ? pipelineOverCondition(analyses)
    : { value: Number.NaN, interval: { low: Number.NaN, high: Number.NaN } };
  const share = asShare(ratio);
  const note = isNested ? undefined : 'no replicates: the variance between pipelines contains theirs';
  const n = units.length;
  const none = hasPipelines
    ? 'neither conditions nor pipelines differ, or one condition alone'
    : 'no axis names pipelines';
  const unbounded = 'no variance between conditions is left: see `pipeline_share`';
  const unless = ratio.value === Number.POSITIVE_INFINITY ? unbounded : none;
  return {
    pipeline_over_condition: estimate({ ...ratio, n, note, unless }),
    pipeline_share: estimate({ ...share, n, note, unless: none }),
  };
}

/** The Monte-Carlo null of the ratio depends on the sizes of the groups alone: it needs no seed of the study. */
const fixedSeed = 0;

function rangeMetric({ units }: VarianceDesign, unless: string): Metric {
  const range = rangeRatio({ rows: byCondition(units), seed: fixedSeed });
  const expected = range.null.mean.toFixed(2);
  return estimate({
    value: range.ratio,
    n: range.n,
    p: range.p,
    note: `no effect size: without any difference it is ${expected} on average`,
    unless,
  });
}
