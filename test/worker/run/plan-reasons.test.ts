import { expect, test } from 'vitest';
import { numbersIn } from '../../../schemas/ranges.ts';
import { type Plan, cellName } from '../../../schemas/plan.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import type { Store } from '../../../store/store.ts';
import { beginRun } from '../../../worker/run/begin-run.ts';
import { planReasons } from '../../../worker/run/plan-reasons.ts';
import { lastRunOf } from '../../../worker/run/what-changed.ts';
import { attemptAll, dependencies, planOf } from '../../activities/rig.ts';

const study = ({ bytes = '2', width = 3, fail = 'false' } = {}) => `
study: chain
axes: { i: { count: ${width} } }
steps:
  first: { use: no-op, over: [i], with: { bytes: 1 } }
  second: { use: no-op, in: { parts: first }, with: { bytes: '\${${bytes}}', fail: '\${${fail}}' } }
  join: { use: no-op, over: [], in: { parts: second } }
`;

/** A run of the plan, as far as it gets. */
async function ran(store: Store, plan: Plan) {
  const { record } = await beginRun(store, { plan, file: 'study.yaml', set: [] });
  const at = new Date().toISOString();
  for (const cell of plan.cellList.filter(
    ({ step }) => step !== 'join' || plan.cellList.every(each => each.with['fail'] !== true),
  )) {
    const [end] = await attemptAll(dependencies(store), record.run, { ...plan, cellList: [cell] });
    const state = (['done', 'cached', 'failed'] as const).find(each => end?.endsWith(each)) ?? 'blocked';
    await store.appendEvents(record.run, [{ event: 'cell-ended', at, cell: cell.index, state }]);
  }
  await store.appendEvents(record.run, [{ event: 'run-ended', at, state: 'done' }]);
  return record;
}

async function reasons(store: Store, plan: Plan) {
  const nameOf = (index: number) => cellName(plan.cellList[index]!.step, plan.cellList[index]!.at);
  const planned = await planReasons({ store, plan, since: await lastRunOf(store, plan.study) });
  const named = <Group extends { ranges: [number, number][] }>({ ranges, ...group }: Group) => ({
    ...group,
    cells: [...numbersIn(ranges)].map(nameOf).join(' '),
  });
  return { since: planned.since, reused: planned.reused.map(named), new: planned.new.map(named) };
}

test('a study’s first run has no reason but that', async () => {
  const store = createMemoryStore();
  expect(await reasons(store, planOf(study()))).toEqual({
    since: undefined,
    reused: [],
    new: [{ why: 'first', cells: 'first[i=0] first[i=1] first[i=2] second[i=0] second[i=1] second[i=2] join' }],
  });
});

test('each new cell has the fields that differ, or the ports below which something does; each other one its maker', async () => {
  const store = createMemoryStore();
  await ran(store, planOf(study()));
  expect(await reasons(store, planOf(study({ bytes: 'i == 1 ? 5 : 2' })))).toEqual({
    since: 'chain-1',
    reused: [{ run: 'chain-1', cells: 'first[i=0] first[i=1] first[i=2] second[i=0] second[i=2]' }],
    new: [
      { why: 'changed', field: 'with.bytes', before: 2, after: 5, cells: 'second[i=1]' },
      { why: 'below', field: 'inputs.parts', cells: 'join' },
    ],
  });
});

test('what came to no result before is told by how it ended, and what had no name by that', async () => {
  const store = createMemoryStore();
  await ran(store, planOf(study({ fail: 'i == 1' })));
  const found = await reasons(store, planOf(study({ fail: 'i == 1', width: 4 })));
  expect(found.new).toEqual([
    { why: 'added', cells: 'first[i=3] second[i=3]' },
    { why: 'unmade', state: 'failed', cells: 'second[i=1]' },
    { why: 'changed', field: 'inputs.parts.parts', before: 3, after: 4, cells: 'join' },
  ]);
});

test('results that an earlier run made keep its name, however many runs have reused them', async () => {
  const store = createMemoryStore();
  await ran(store, planOf(study()));
  await ran(store, planOf(study({ bytes: '3' })));
  const { reused } = await reasons(store, planOf(study({ bytes: '3' })));
  expect(reused).toEqual([
    { run: 'chain-2', cells: 'second[i=0] second[i=1] second[i=2] join' },
    { run: 'chain-1', cells: 'first[i=0] first[i=1] first[i=2]' },
  ]);
});

test('a field with hundreds of values is told without them, so that the log stays small', async () => {
  const store = createMemoryStore();
  await ran(store, planOf(study({ bytes: 'i', width: 120 })));
  const { new: groups } = await reasons(store, planOf(study({ bytes: 'i + 1', width: 120 })));
  expect(groups.map(({ cells: _cells, ...group }) => group)).toEqual([
    { why: 'changed', field: 'with.bytes' },
    { why: 'below', field: 'inputs.parts' },
  ]);
});

test('a run that has not ended is taken up by its like alone: what leaves cells never becomes a whole run', async () => {
  const store = createMemoryStore();
  const plan = planOf(study());
  const first = await ran(store, plan);
  const left = [{ state: 'failed' as const, reason: 'left', ranges: [[1, 1]] as [number, number][] }];
  const begin = (origin?: { run: string; left: typeof left }) =>
    beginRun(store, { plan, file: 'study.yaml', set: [], ...(origin === undefined ? {} : { origin }) });
  const partial = await begin({ run: first.run, left });
  expect(partial).toMatchObject({
    resumed: false,
    record: { origin: { run: 'chain-1', left: [{ state: 'failed' }] } },
  });
  expect(await begin({ run: first.run, left })).toMatchObject({ resumed: true, record: { run: partial.record.run } });
  const whole = await begin({ run: first.run, left: [] });
  expect(whole.resumed).toBe(false);
  expect(await begin()).toMatchObject({ resumed: true, record: { run: whole.record.run } });
});
