/** `variance-components`: how much of a score’s spread is conditions, pipeline seeds, last-stage seeds. */
import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';

export const varianceComponents = defineStepKind({
  kind: 'variance-components',
  version: 1,
  summary: 'Nested analysis of variance with components, ICC, effect sizes and pairwise comparisons.',
  weight: 'heavy',
  with: z.strictObject({
    column: z.string().describe('score'),
    condition: z.string().describe('axis whose levels are compared'),
    pipeline: z
      .string()
      .optional()
      .describe('axis nested in it whose levels are the independent units; without it every row (replicate) is one'),
    replicate: z
      .string()
      .optional()
      .describe('axis nested in that, whose rows are averaged; without it every row is a replicate'),
    where: z.string().optional().describe('CEL over the columns of a row'),
  }),
  seeds: [],
  in: { scores: { kind: 'table', gathers: true, summary: 'raw scores, one row each' } },
  out: {
    anova: {
      kind: 'table',
      summary:
        'one row per analysis and source, from n values; `analysis`: rows (all replicates, as if independent: p is too small where pipelines differ), units (pipeline means, the independent units), nested (condition tested against pipelines, pipelines against replicates; Satterthwaite where unbalanced), blocked (pipeline means with pipelines as blocks, where every condition has the same ones)',
      columns: {
        analysis: 'category',
        source: 'utf8',
        df: 'float64',
        ss: 'float64',
        ms: 'float64',
        f: 'float64',
        p: 'float64',
        n: 'int32',
      },
    },
    components: {
      kind: 'table',
      summary:
        'one row per level: variance (raw may be negative) with 95 % interval, share of the total, and the levels counted; without replicates the pipelines’ variance contains theirs',
      columns: {
        source: 'utf8',
        variance: 'float64',
        raw_variance: 'float64',
        low: 'float64',
        high: 'float64',
        share: 'float64',
        df: 'float64',
        levels: 'int32',
      },
    },
    pairwise: {
      kind: 'table',
      summary:
        'a − b of pipeline means: Welch’s t with 95 % interval, Holm-adjusted p, Cohen’s d, Tukey’s q and its p (family-wise by itself)',
      columns: {
        a: 'utf8',
        b: 'utf8',
        difference: 'float64',
        low: 'float64',
        high: 'float64',
        t: 'float64',
        df: 'float64',
        p: 'float64',
        p_holm: 'float64',
        d: 'float64',
        q: 'float64',
        p_tukey: 'float64',
        units_a: 'int32',
        units_b: 'int32',
      },
    },
    conditions: {
      kind: 'table',
      summary: 'one row per level of the condition: mean with 95 % interval over the independent units',
      columns: {
        condition: 'utf8',
        mean: 'float64',
        sd: 'float64',
        low: 'float64',
        high: 'float64',
        units: 'int32',
        rows: 'int32',
      },
    },
  },
  metrics: {
    f: 'F over conditions, all rows',
    f_units: 'F over conditions, pipeline means',
    f_blocked: 'F over conditions, pipeline means with pipelines as blocks',
    friedman: 'Friedman’s chi-square over conditions, pipelines as blocks',
    icc: 'ICC(1) over conditions, pipeline means',
    eta_squared: 'over all rows',
    omega_squared: 'over all rows',
    pipeline_over_condition: 'variance between pipelines over variance between conditions',
    pipeline_share:
      'variance between pipelines as a share of that between pipelines and conditions, in [0, 1]; estimable where nothing is left between conditions',
    range_ratio: 'range of the condition means over the median sd of pipeline means, with p against its null',
  },
});
