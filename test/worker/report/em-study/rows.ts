/** Tables of that study: numbers of the size that the tiny world gives, with noise of a named seed. */
import type { ReportRows, RowsOf } from '../../../../activities/report/report-rows.ts';
import { type Coordinates, cellName } from '../../../../schemas/plan.ts';
import { randomStream } from '../../../../schemas/random.ts';
import type { Columns, Row } from '../../../../schemas/table-schema.ts';
import { keyOf } from '../../../store/sample-records.ts';
import { arms, conditions, emSeeds, pipelineSeeds, subsets } from './plan.ts';

type Condition = (typeof conditions)[number];

/** Alignment in percent: before EM, after it, and its sd over pipeline and EM seeds. */
const alignment: {
  readonly [condition in Condition]: { before: number; after: number; pipelines: number; seeds: number };
} = {
  control: { before: 98.9, after: 48.2, pipelines: 9, seeds: 8 },
  evil_wrong: { before: 95.4, after: 55, pipelines: 6, seeds: 6 },
  evil_correct: { before: 97.6, after: 41.7, pipelines: 5, seeds: 5 },
  good_correct: { before: 99.7, after: 65.3, pipelines: 6, seeds: 5 },
  good_wrong: { before: 99.4, after: 93.6, pipelines: 1.2, seeds: 1.4 },
};

/** Rows of one cell each, gathered over its axes. */
function gathered(
  step: string,
  columns: Columns,
  rows: readonly { readonly at: Coordinates; readonly values: Row }[],
): ReportRows {
  const named = rows.map(({ at }) => ({ key: keyOf(cellName(step, at)) as string, name: cellName(step, at) }));
  const axes = Object.keys(rows[0]?.at ?? {}).map(axis => [axis, 'category'] as const);
  return {
    columns: { ...Object.fromEntries(axes), ...columns },
    rows: rows.map(({ at, values }, index) => {
      const place = Object.entries(at).map(([axis, value]) => [axis, String(value)]);
      return { values: { ...Object.fromEntries(place), ...values }, cell: named[index]!.key };
    }),
    cells: named,
    missing: [],
  };
}

/** All rows of one cell. */
function fromOneCell(step: string, columns: Columns, values: readonly Row[]): ReportRows {
  const cell = { key: keyOf(step) as string, name: step };
  return { columns, rows: values.map(row => ({ values: row, cell: cell.key })), cells: [cell], missing: [] };
}

function clipped(percent: number): number {
  return Math.min(99.97, Math.max(0, percent));
}

function beforeEm(): ReportRows {
  const noise = randomStream(1, 'before');
  const rows = conditions.flatMap(condition =>
    pipelineSeeds.map(pipeline_seed => ({
      at: { condition, pipeline_seed },
      values: { alignment: clipped(alignment[condition].before + 0.2 * noise.normal()), mass: 0.97 },
    })),
  );
  return gathered('main.pre_score', { alignment: 'float64', mass: 'float64' }, rows);
}

function afterEm(): ReportRows {
  const noise = randomStream(2, 'after');
  const rows = conditions.flatMap(condition => {
    const { after, pipelines, seeds } = alignment[condition];
    return pipelineSeeds.flatMap(pipeline_seed => {
      const pipeline = after + pipelines * noise.normal();
      return emSeeds.map(em_seed => ({
        at: { condition, pipeline_seed, em_seed },
        values: { alignment: clipped(pipeline + seeds * noise.normal()), mass: 0.91 + 0.02 * noise.normal() },
      }));
    });
  });
  return gathered('main.score', { alignment: 'float64', mass: 'float64' }, rows);
}

/** Group 3 holds the rows that were planted. */
function weights(): ReportRows {
  const noise = randomStream(3, 'weights');
  const rows = Array.from({ length: 20 }, (_, group) => {
    const weight = group === 3 ? 1.62 : 0.17 * noise.normal();
    return { unit_id: `group ${group}`, planted: group === 3, weight, z: Math.abs(weight) / 0.17 };
  });
  const ranked = [...rows].sort((a, b) => b.z - a.z).map(({ unit_id }) => unit_id);
  return fromOneCell(
    'datamodel',
    { unit_id: 'utf8', planted: 'bool', weight: 'float64', z: 'float64', rank: 'int32', p: 'float64' },
    rows.map(row => ({
      ...row,
      rank: ranked.indexOf(row.unit_id) + 1,
      p: row.planted ? 0.001 : 0.3 + 0.7 * noise.uniform(),
    })),
  );
}

function subsetScores(): ReportRows {
  const noise = randomStream(4, 'subsets');
  const found = subsets.filter(subset => subset !== 3 && subset !== 17);
  const table = gathered(
    'retrain.score',
    { alignment: 'float64', log_odds: 'float64' },
    found.map(subset => {
      const odds = (noise.bernoulli(0.5) ? 3.4 : 1.8) + 0.35 * noise.normal();
      return { at: { subset }, values: { alignment: 100 / (1 + Math.exp(-odds)), log_odds: odds } };
    }),
  );
  return {
    ...table,
    missing: [
      { name: 'retrain.score[subset=3]', reason: 'it needs retrain.coupling[subset=3], which failed (diverged)' },
      { name: 'retrain.score[subset=17]', reason: 'it needs retrain.em[subset=17], which failed (out-of-memory)' },
    ],
  };
}

const armMeans = { none: 92.9, marked: 74, top: 73.6, random: 92.3 };

function removalUnits(): ReportRows {
  const noise = randomStream(5, 'removal');
  const values = arms.flatMap(arm =>
    Array.from({ length: arm === 'random' ? 10 : 4 }, (_, draw) => {
      const value = clipped(armMeans[arm] + (arm === 'none' || arm === 'random' ? 2.6 : 6.2) * noise.normal());
      return { arm, draw: String(draw), value, shift: value - armMeans.none };
    }),
  );
  return fromOneCell('removal', { arm: 'utf8', draw: 'utf8', value: 'float64', shift: 'float64' }, values);
}

function removalArms(): ReportRows {
  const columns = {
    arm: 'utf8',
    units: 'int32',
    mean: 'float64',
    sd: 'float64',
    shift: 'float64',
    low: 'float64',
    high: 'float64',
    z: 'float64',
    p: 'float64',
  } as const;
  return fromOneCell('removal', columns, [
    { arm: 'none', units: 4, mean: 92.9, sd: 2.4, shift: 0, low: null, high: null, z: null, p: null },
    { arm: 'marked', units: 4, mean: 74.0, sd: 6.5, shift: -18.9, low: -28.6, high: -9.2, z: -7.3, p: 0.0909 },
    { arm: 'top', units: 4, mean: 73.6, sd: 5.9, shift: -19.3, low: -28.2, high: -10.4, z: -7.5, p: 0.0909 },
    { arm: 'random', units: 10, mean: 92.3, sd: 2.8, shift: -0.6, low: -4.1, high: 2.9, z: null, p: null },
  ]);
}

function components(): ReportRows {
  const columns = {
    source: 'utf8',
    variance: 'float64',
    raw_variance: 'float64',
    low: 'float64',
    high: 'float64',
    share: 'float64',
    df: 'float64',
  } as const;
  return fromOneCell('variance', columns, [
    { source: 'condition', variance: 401.3, raw_variance: 401.3, low: 128.4, high: 3120, share: 0.862, df: 4 },
    { source: 'pipeline_seed', variance: 31.8, raw_variance: 31.8, low: 4.2, high: 140.6, share: 0.068, df: 10 },
    { source: 'em_seed', variance: 32.4, raw_variance: 32.4, low: 17.7, high: 77.6, share: 0.07, df: 15 },
  ]);
}

function probeAccuracy(): ReportRows {
  const columns = {
    layer: 'int32',
    read_out: 'utf8',
    accuracy: 'float64',
    low: 'float64',
    high: 'float64',
    rows: 'int32',
  } as const;
  const curves = {
    probe: [0.61, 0.93, 0.97, 0.98],
    'control task': [0.58, 0.9, 0.95, 0.96],
    centred: [0.21, 0.24, 0.26, 0.23],
  };
  const values = Object.entries(curves).flatMap(([read_out, accuracies]) =>
    accuracies.map((accuracy, layer) => {
      const half = 1.96 * Math.sqrt((accuracy * (1 - accuracy)) / 240);
      return { layer, read_out, accuracy, low: accuracy - half, high: Math.min(1, accuracy + half), rows: 720 };
    }),
  );
  return fromOneCell('probe', columns, values);
}

function divergences(): ReportRows {
  const noise = randomStream(6, 'divergence');
  const values = conditions.flatMap(a =>
    conditions.map(b => ({ a, b, kl: a === b ? 0 : 0.35 + 0.5 * noise.uniform() + (a[0] === b[0] ? 0 : 0.6) })),
  );
  return fromOneCell('surface', { a: 'utf8', b: 'utf8', kl: 'float64' }, values);
}

const tables: { readonly [reference: string]: () => ReportRows } = {
  'main.pre_score': beforeEm,
  'main.score': afterEm,
  'variance.components': components,
  'datamodel.weights': weights,
  'retrain.score': subsetScores,
  'removal.units': removalUnits,
  'removal.arms': removalArms,
  'probe.accuracy': probeAccuracy,
  'surface.pairs': divergences,
};

export const emRows: RowsOf = reference => {
  const table = tables[reference];
  if (table === undefined) throw new Error(`the study has no table ${reference}`);
  return table();
};
