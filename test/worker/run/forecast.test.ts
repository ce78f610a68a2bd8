import { totalmem } from 'node:os';
import { expect, test } from 'vitest';
import type { Plan } from '../../../schemas/plan.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { forecast } from '../../../worker/run/forecast.ts';
import { attempt, cellNamed, dependencies, newRun, planOf } from '../../activities/rig.ts';

const plan = planOf(`
study: costed
axes: { i: { count: 4 } }
steps:
  root: { use: no-op }
  world: { use: make-world, over: [i], seed: { world: i, pretraining: 0 } }
  kept: { use: select-rows, in: { rows: world.sft } }
  join: { use: no-op, over: [], in: { parts: { from: kept, quorum: 0.5 } }, with: { bytes: 1 } }
  all: { use: no-op, over: [], in: { parts: kept }, with: { bytes: 2 } }
`);
const timings = new Map([
  ['no-op', [1, 100, 3]],
  ['make-world', [10]],
  ['select-rows', [2]],
]);

const counts = (found: Awaited<ReturnType<typeof forecast>>) =>
  found.steps.map(({ step, new: fresh, cached, blocked }) => [step, fresh, cached, blocked]);

test('without a store everything is new, and takes the median of its kind over the slots', async () => {
  const found = await forecast(plan, { store: undefined, timings, slots: 2 });
  expect(found).toMatchObject({ cells: 11, new: 11, cached: 0, blocked: 0, seconds: (3 * 3 + 4 * 10 + 4 * 2) / 2 });
  expect(found.steps.map(({ step, seconds }) => [step, seconds])).toEqual([
    ['root', 3],
    ['world', 40],
    ['kept', 8],
    ['join', 3],
    ['all', 3],
  ]);
});

test('cells with records are cached, and cost nothing', async () => {
  const store = createMemoryStore();
  const { run } = await newRun(store, plan);
  await attempt(dependencies(store), run, cellNamed(plan, 'root'));
  const found = await forecast(plan, { store, timings, slots: 1 });
  expect(counts(found)[0]).toEqual(['root', 0, 1, 0]);
  expect(found).toMatchObject({ new: 10, cached: 1, seconds: 54 });
});

test('a kind that has never run here makes the time unknown, unless none of it is new', async () => {
  const known = new Map([...timings].filter(([kind]) => kind !== 'no-op'));
  expect((await forecast(plan, { store: undefined, timings: known, slots: 1 })).seconds).toBeNull();
});

/** The plan with other resources for one world. */
const asking = (resources: Partial<Plan['cellList'][number]['resources']>): Plan => ({
  ...plan,
  cellList: plan.cellList.map(cell =>
    cell.step === 'world' && cell.at['i'] === 1 ? { ...cell, resources: { ...cell.resources, ...resources } } : cell,
  ),
});

test.each([
  ['a GPU', { gpu: 1 }],
  ['more cores than slots', { cpu: 3 }],
  ['more memory than there is', { memory: totalmem() + 1 }],
])('a heavy cell that asks for %s is blocked with what needs it, not what can do without', async (_, resources) => {
  const found = await forecast(asking(resources), { store: undefined, timings, slots: 2 });
  expect(counts(found)).toEqual([
    ['root', 1, 0, 0],
    ['world', 3, 0, 1],
    ['kept', 3, 0, 1],
    ['join', 1, 0, 0],
    ['all', 0, 0, 1],
  ]);
  expect(found).toMatchObject({ new: 8, blocked: 3 });
});
