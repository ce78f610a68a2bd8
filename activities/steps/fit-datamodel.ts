/** `fit-datamodel`: see schemas/steps/fit-datamodel. */
import type { Metric } from '../../schemas/metric.ts';
import { fitDatamodel } from '../../schemas/steps/fit-datamodel.ts';
import type { Row } from '../../schemas/table-schema.ts';
import { factorial } from '../../stats/arrangements.ts';
import { columnOf } from '../../stats/dense-matrix.ts';
import { sum } from '../../stats/moments.ts';
import { smallestPermutationP } from '../../stats/permutation-p.ts';
import { canEverReject, minimumDetectableEffect } from '../../stats/power.ts';
import { type CarriedColumns, readCarriedColumns } from '../analysis/carried-columns.ts';
import { counted } from '../analysis/counted.ts';
import { type FittedDatamodel, fitSubsets } from '../analysis/datamodel-fit.ts';
import { estimate, finiteOrNull } from '../analysis/estimate.ts';
import { readScores } from '../analysis/scored-rows.ts';
import { significance } from '../analysis/significance.ts';
import { type ScoredSubsets, joinScores, readMasks } from '../analysis/subset-masks.ts';
import { unitMeans } from '../analysis/unit-means.ts';
import { type CellContext, stepBody } from '../step-body.ts';

type DatamodelCell = CellContext<typeof fitDatamodel>;

export const fitDatamodelBody = stepBody(fitDatamodel, async cell => {
  const { column, subset, method, lambda, folds, permutations, bootstraps } = cell.with;
  const masks = await readMasks({ port: 'masks', table: await cell.table('masks') }, subset);
  const scores = await readScores(
    { port: 'scores', table: await cell.table('scores') },
    { names: [{ parameter: 'subset', column: subset }], value: { parameter: 'column', column } },
  );
  const scored = joinScores(masks, unitMeans(scores.rows, 1));
  const carried = await carriedColumns(cell, scored);
  const seed = cell.seeds.resampling;
  const fitted = fitSubsets(scored, { method, lambda, folds, permutations, bootstraps, seed });
  const { weights, predictions } = fitDatamodel.out;
  return {
    outputs: {
      weights: await cell.writeTable(
        { ...weights.columns, ...carried.columns },
        weightRows(cell, { scored, fitted, carried }),
      ),
      predictions: await cell.writeTable(predictions.columns, predictionRows(scored, fitted)),
    },
    metrics: {
      lds: ldsMetric(fitted),
      largest_z: largestMetric(cell, scored, fitted),
      lambda: lambdaMetric(cell, fitted),
    },
    notes: {
      subsets: scored.subsets.length,
      subsets_without_score: scored.unscored,
      units: scored.units.length,
      scores: scores.rows.length,
      rows_without_value: scores.withoutValue,
      columns_left_out: carried.leftOut,
      detectable_effect_in_run_sd: detectableEffect(scored),
    },
  };
});

async function carriedColumns(cell: DatamodelCell, { units }: ScoredSubsets): Promise<CarriedColumns> {
  if (cell.parts('units').length === 0) return { columns: {}, values: new Map(), leftOut: [] };
  const source = { port: 'units', table: await cell.table('units') };
  return readCarriedColumns(source, { unit: cell.with.unit, units, taken: fitDatamodel.out.weights.columns });
}

function weightRows(
  cell: DatamodelCell,
  of: { readonly scored: ScoredSubsets; readonly fitted: FittedDatamodel; readonly carried: CarriedColumns },
): Row[] {
  const { scored, carried } = of;
  const { weights, z, ranks, p } = of.fitted.model;
  return scored.units.map((unit, index) => ({
    unit_id: unit,
    weight: finiteOrNull(weights[index] ?? Number.NaN),
    z: finiteOrNull(z[index] ?? Number.NaN),
    rank: ranks[index] ?? null,
    p: finiteOrNull(p[index] ?? Number.NaN),
    higher_is_better: cell.with.higher_is_better,
    kept_in: sum(columnOf(scored.masks, index)),
    subsets: scored.subsets.length,
    ...carried.values.get(unit),
  }));
}

function predictionRows(
  { subsets, outputs, scoreCounts }: ScoredSubsets,
  { predictions, foldOf }: FittedDatamodel,
): Row[] {
  return subsets.map((subset, index) => ({
    subset,
    actual: finiteOrNull(outputs[index] ?? Number.NaN),
    predicted: finiteOrNull(predictions[index] ?? Number.NaN),
    fold: foldOf[index] ?? null,
    scores: scoreCounts[index] ?? null,
  }));
}

/** Rank correlations over fewer subsets than this take so few values that their mean says little. */
const fewInFold = 4;

function ldsMetric({ lds, foldOf }: FittedDatamodel): Metric {
  const sizes = [...new Set(foldOf)].map(fold => foldOf.filter(each => each === fold).length);
  const least = Math.min(...sizes);
  const chance = `about 0 ± ${nullDeviation(sizes).toFixed(2)} where no unit matters`;
  const few = `; folds of ${counted(least, 'subset')}: too few for a rank correlation to say much`;
  return estimate({
    value: lds.withinFold,
    n: lds.n,
    interval: lds.interval,
    note: least < fewInFold ? `${chance}${few}` : chance,
    unless: 'within no fold do predictions and scores both vary',
  });
}

/** Of the mean over folds of ρ, whose variance over s subsets is 1/(s − 1) without any association. */
function nullDeviation(sizes: readonly number[]): number {
  const ranked = sizes.filter(size => size > 1);
  return Math.sqrt(sum(ranked.map(size => 1 / (size - 1)))) / ranked.length;
}

/** The unit of the largest |weight|, the first in the order of names among equals. */
function largestMetric(cell: DatamodelCell, { units }: ScoredSubsets, { model }: FittedDatamodel): Metric {
  const index = model.ranks.indexOf(1);
  const others = model.ranks.filter(rank => rank === 1).length - 1;
  return estimate({
    value: model.z[index] ?? Number.NaN,
    n: model.n,
    p: model.p[index] ?? Number.NaN,
    canEverReject: canEverReject(smallestP(model.n, cell.with.permutations), significance),
    note: `unit ${units[index] ?? ''}${others > 0 ? `, and ${counted(others, 'other')} of equal weight` : ''}`,
    unless: units.length < 3 ? 'fewer than three units: the others have no spread' : 'the other weights have no spread',
  });
}

/** Few scores have few orders, of which every one drawn again is the observed one. */
function smallestP(subsets: number, permutations: number): number {
  return Math.max(smallestPermutationP(permutations), 1 / factorial(Math.min(subsets, 20)));
}

function lambdaMetric({ with: { lambda } }: DatamodelCell, fitted: FittedDatamodel): Metric {
  const note = lambda === 'cv' ? 'chosen by cross-validation over all subsets' : 'as given';
  return estimate({ value: fitted.lambda, n: fitted.model.n, note, unless: 'no penalty was found' });
}

/** In standard deviations of single runs: what a unit must do to be found with 80 % power at .05. */
function detectableEffect({ masks, subsets }: ScoredSubsets): number | null {
  const share = sum(masks.values) / masks.values.length;
  return finiteOrNull(minimumDetectableEffect({ runs: subsets.length, share }));
}
