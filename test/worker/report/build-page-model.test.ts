import { beforeAll, expect, test } from 'vitest';
import { buildPageModel } from '../../../worker/report/build-page-model.ts';
import type { PageModel } from '../../../worker/report/page-model.ts';
import type { PageSources } from '../../../worker/report/page-sources.ts';
import { createRunView } from '../../../worker/run/run-view.ts';
import { emSources } from './em-study/sources.ts';
import { smallPlan, smallSources } from './small-study.ts';

let large: PageModel;
beforeAll(async () => {
  large = buildPageModel(await emSources());
});

test('a model is plain JSON', () => {
  expect(JSON.parse(JSON.stringify(large))).toEqual(large);
});

test('the summary counts every cell once', async () => {
  const { summary, counts } = buildPageModel(await smallSources());
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(smallPlan.cells.length);
  expect(summary).toBe(
    '9 of 12 cells have results (8 computed in this run, 1 taken from the store), 1 failed, 1 blocked, 1 skipped by gates. 1 gate: 1 inconclusive.',
  );
});

test('steps tell their cells, the time spent and the time saved', async () => {
  const { ran } = buildPageModel(await smallSources());
  const short = ran.map(({ step, cells, states: { done, cached, failed, blocked }, seconds, saved }) => [
    step,
    cells,
    done,
    cached,
    failed,
    blocked,
    seconds,
    saved,
  ]);
  expect(short).toEqual([
    ['world', 1, 0, 1, 0, 0, 0, 2],
    ['main.em', 4, 3, 0, 1, 0, 270, 0],
    ['main.score', 4, 3, 0, 0, 1, 6, 0],
    ['gates.H1', 1, 1, 0, 0, 0, 2, 0],
    ['further', 1, 0, 0, 0, 0, 0, 0],
    ['report', 1, 1, 0, 0, 0, 2, 0],
  ]);
});

test('a failure tells its class, its attempts and what waits for it', async () => {
  const { failures } = buildPageModel(await smallSources());
  expect(failures).toMatchObject([
    {
      step: 'main.em',
      class: 'diverged',
      message: 'loss is NaN after 12 of 50 steps',
      attempts: 1,
      cells: [{ name: 'main.em[condition=good_wrong, seed=2]' }],
      blocks: [{ step: 'main.score', cells: 1 }],
    },
  ]);
});

test('cells that failed alike are told together, others apart', () => {
  const { failures } = large;
  expect(failures.map(({ step, class: failure, blocks }) => [step, failure, blocks.length])).toEqual([
    ['retrain.coupling', 'diverged', 4],
    ['retrain.em', 'out-of-memory', 1],
  ]);
});

test('a gate tells what it measures of what, its registration, and what its verdict skipped', async () => {
  const [gate] = buildPageModel(await smallSources()).gates;
  expect(gate).toMatchObject({
    estimand:
      'mean of score where condition == "good_wrong" of main.score, minus mean of score where condition == "control" of main.score',
    registered: smallPlan.head.gates[0]!.registered,
    followed: ['further skipped (1 cell)'],
  });
});

test('a gate that skipped nothing is not credited with what another gate skipped', () => {
  const gates = large.gates;
  expect(gates.filter(({ followed }) => followed.length > 0).map(({ outcome }) => outcome.name)).toEqual(['H1b']);
});

test('seeds stand by the values they take, and with the steps that draw them', () => {
  const { seeds } = large;
  expect(seeds.filter(({ seed }) => seed === 'coupling')).toEqual([
    { seed: 'coupling', values: [42, 137, 256], steps: ['main.coupling'] },
    { seed: 'coupling', values: Array.from({ length: 40 }, (_, index) => index), steps: ['retrain.coupling'] },
    { seed: 'coupling', values: Array.from({ length: 10 }, (_, index) => index), steps: ['removal_runs.coupling'] },
  ]);
});

test('mixed backends and versions are warned of, uniform ones not', async () => {
  expect(large.warnings).toEqual([
    'Cells were computed on 2 numerical backends (native, tfjs-node 4.22.0, graph: 372 cells; wasm, tfjs 4.22.0, eager: 64 cells): their results agree to rounding, not to the bit.',
  ]);
  expect(buildPageModel(await smallSources()).warnings).toEqual([]);
});

test('lineage holds the shown cells in the order of the plan, and what they were made from', async () => {
  const { lineage } = buildPageModel(await smallSources());
  expect(lineage.entries.map(({ names }) => names[0])).toEqual([
    'main.score[condition=control, seed=1]',
    'main.score[condition=control, seed=2]',
    'main.score[condition=good_wrong, seed=1]',
    'gates.H1',
  ]);
  expect(lineage.ancestors.map(({ names }) => names[0])).toEqual([
    'main.em[condition=control, seed=1]',
    'main.em[condition=control, seed=2]',
    'main.em[condition=good_wrong, seed=1]',
    'world',
  ]);
  expect(lineage.omitted).toBe(0);
});

test('two names of one piece of work are one entry with both', async () => {
  const sources = await smallSources();
  const twin = { ...sources.cells[5]!, index: sources.cells.length, step: 'removal.score' };
  const { lineage } = buildPageModel({
    ...sources,
    cells: [...sources.cells, twin],
    head: {
      ...sources.head,
      steps: [
        ...sources.head.steps,
        { step: 'removal.score', use: 'evaluate-alignment', axes: [], cells: 1, needs: [] },
      ],
    },
  });
  expect(lineage.entries[0]!.names).toEqual([
    'main.score[condition=control, seed=1]',
    'removal.score[condition=control, seed=1]',
  ]);
});

test('beyond its limits lineage names cells, and then counts them', async () => {
  const sources = await smallSources();
  const shown = Array.from({ length: 3000 }, (_, index) => ({
    key: index.toString(16).padStart(64, '0'),
    name: `cell ${index}`,
  }));
  const body = { ...sources.body!, sections: [{ ...sources.body!.sections[0]!, cells: shown }] };
  const record = sources.recordOf(smallPlan.cells[5]!.key)!;
  const { lineage } = buildPageModel({ ...sources, body, recordOf: () => record });
  expect([lineage.entries.length, lineage.named.length, lineage.omitted]).toEqual([160, 2000, 841]);
});

test('a run that goes on says so, without a report', async () => {
  const { body: _, ...sources } = await smallSources();
  const view = createRunView(smallPlan.cells.length);
  view.apply([
    { event: 'run-started', at: '2026-01-15T06:00:00.000Z', process: { host: 'lab-2', pid: 1 } },
    { event: 'cell-started', at: '2026-01-15T06:00:01.000Z', cell: 0, attempt: 1 },
  ]);
  const model = buildPageModel({ ...sources, body: undefined, view } satisfies PageSources);
  expect(model).toMatchObject({
    title: 'small',
    state: 'running',
    seconds: 3600,
    summary:
      '0 of 12 cells have results (0 computed in this run, 0 taken from the store), 12 still to come. 1 gate: 1 undecided.',
    withoutSections: 'The report of small is not drawn: its cell is waiting.',
  });
  expect(model.gates[0]!.outcome).toMatchObject({ verdict: 'undecided', reason: 'its cell is waiting', threshold: 20 });
});
