/** `variance-components`: see schemas/steps/variance-components. */
import { varianceComponents } from '../../schemas/steps/variance-components.ts';
import type { Row } from '../../schemas/table-schema.ts';
import { groupRows } from '../../stats/grouped-values.ts';
import { meanInterval } from '../../stats/interval.ts';
import { mean, standardDeviation } from '../../stats/moments.ts';
import { pairwiseComparisons } from '../../stats/pairwise-comparison.ts';
import { endsOf, finiteOrNull } from '../analysis/estimate.ts';
import { type ScoredRows, readScores } from '../analysis/scored-rows.ts';
import {
  type AnalysisLine,
  type ComponentLine,
  analyseVariance,
  analysisLines,
  componentLines,
} from '../analysis/variance-analyses.ts';
import { type VarianceDesign, byCondition, varianceDesign } from '../analysis/variance-design.ts';
import { varianceMetrics } from '../analysis/variance-metrics.ts';
import { CellFailure } from '../cell-failure.ts';
import { type CellContext, stepBody } from '../step-body.ts';

type Variance = CellContext<typeof varianceComponents>;

export const varianceComponentsBody = stepBody(varianceComponents, async cell => {
  const { pipeline, replicate } = cell.with;
  const scores = await readDesign(cell);
  const design = varianceDesign(scores.rows, {
    pipeline: pipeline !== undefined,
    replicate: replicate !== undefined,
  });
  const analyses = analyseVariance(design);
  const { out } = varianceComponents;
  return {
    outputs: {
      anova: await cell.writeTable(out.anova.columns, analysisLines(analyses, design.hasPipelines).map(anovaRow)),
      components: await cell.writeTable(out.components.columns, componentLines(analyses, design).map(componentRow)),
      pairwise: await cell.writeTable(out.pairwise.columns, pairwiseRows(design)),
      conditions: await cell.writeTable(out.conditions.columns, conditionRows(design)),
    },
    metrics: varianceMetrics(design, analyses),
    notes: {
      rows: scores.rows.length,
      rows_refused: scores.refused,
      rows_without_value: scores.withoutValue,
      replicates: design.replicates.length,
      units: design.units.length,
      balanced: analyses.nested?.balanced ?? null,
    },
  };
});

async function readDesign(cell: Variance): Promise<ScoredRows> {
  const { column, condition, pipeline, replicate, where } = cell.with;
  const scores = await readScores(
    { port: 'scores', table: await cell.table('scores') },
    {
      names: [
        { parameter: 'condition', column: condition },
        ...(pipeline === undefined ? [] : [{ parameter: 'pipeline', column: pipeline }]),
        ...(replicate === undefined ? [] : [{ parameter: 'replicate', column: replicate }]),
      ],
      value: { parameter: 'column', column },
      where,
    },
  );
  if (scores.rows.length > 0) return scores;
  throw new CellFailure(
    'user',
    `no row has a number in \`${column}\`: \`where\` refuses ${scores.refused}, and ${scores.withoutValue} have none`,
  );
}

function anovaRow({ analysis, source, df, sumOfSquares, meanSquare, f, p, n }: AnalysisLine): Row {
  return {
    analysis,
    source,
    df: finiteOrNull(df),
    ss: finiteOrNull(sumOfSquares),
    ms: finiteOrNull(meanSquare),
    f: finiteOrNull(f),
    p: finiteOrNull(p),
    n,
  };
}

function componentRow({ source, component, share, df, levels }: ComponentLine): Row {
  return {
    source,
    variance: finiteOrNull(component.truncated),
    raw_variance: finiteOrNull(component.raw),
    ...endsOf(component.interval),
    share: finiteOrNull(share),
    df: finiteOrNull(df),
    levels,
  };
}

function pairwiseRows({ units }: VarianceDesign): Row[] {
  return pairwiseComparisons(byCondition(units)).pairs.map(pair => ({
    a: pair.a,
    b: pair.b,
    difference: finiteOrNull(pair.difference),
    ...endsOf(pair.interval),
    t: finiteOrNull(pair.t),
    df: finiteOrNull(pair.df),
    p: finiteOrNull(pair.p),
    p_holm: finiteOrNull(pair.pHolm),
    d: finiteOrNull(pair.cohenD),
    q: finiteOrNull(pair.q),
    p_tukey: finiteOrNull(pair.pTukey),
    units_a: pair.n[0],
    units_b: pair.n[1],
  }));
}

function conditionRows({ units }: VarianceDesign): Row[] {
  return groupRows(byCondition(units)).map(({ group, values }) => ({
    condition: group,
    mean: finiteOrNull(mean(values)),
    sd: finiteOrNull(standardDeviation(values)),
    ...endsOf(meanInterval(values)),
    units: values.length,
    rows: units.filter(unit => unit.condition === group).reduce((total, { rows }) => total + rows, 0),
  }));
}
