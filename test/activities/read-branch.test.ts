import { expect, test } from 'vitest';
import { createOrderReader } from '../../activities/order-reader.ts';
import { createPlanReader } from '../../activities/plan-reader.ts';
import { readBranch } from '../../activities/read-branch.ts';
import { createMemoryStore } from '../../store/memory-store.ts';
import { attempt, dependencies, newRun, planOf } from './rig.ts';

/** Twenty light cells in branch 0, the last ones failing, and a join in branch 1. */
const study = (failing: number, quorum: number) => `
study: twenty
axes: { i: { count: 20 } }
steps:
  work: { use: no-op, over: [i], with: { fail: '\${i >= ${20 - failing}}' } }
  join: { use: no-op, over: [], in: { parts: { from: work, quorum: ${quorum} } } }
`;

async function prepared(text: string) {
  const store = createMemoryStore();
  const plan = planOf(text);
  const reference = await newRun(store, plan);
  for (const cell of plan.cellList.slice(0, 20)) await attempt(dependencies(store), reference.run, cell);
  const plans = createPlanReader(store);
  const read = (branch: number) =>
    readBranch({ store, plans, orders: createOrderReader(store) }, { ...reference, branch });
  const log = async () => (await store.events(reference.run)).events;
  return { read, log };
}

test('cells that are there are told as they are: done before, and nothing to wait for', async () => {
  const { read, log } = await prepared(study(0, 1));
  const graph = await read(0);
  expect(graph.cells).toHaveLength(20);
  expect(graph.ended).toEqual(graph.cells.map(({ id }) => ({ cell: id, state: 'cached' })));
  expect(await log()).toMatchObject([{ event: 'cells-cached', ranges: [[0, 19]] }]);
});

test('inputs from other branches that are there are no needs', async () => {
  const { read } = await prepared(study(0, 1));
  expect(await read(1)).toEqual({ cells: [{ id: 20, weight: 'light', needs: [], guards: [] }], ended: [] });
});

test('a cell whose inputs from outside fall short of their quorum is blocked, and the log says why', async () => {
  const { read, log } = await prepared(study(3, 0.9));
  expect((await read(1)).ended).toEqual([{ cell: 20, state: 'blocked' }]);
  expect(await log()).toMatchObject([
    {
      event: 'cell-ended',
      cell: 20,
      state: 'blocked',
      reason: '3 of 20 inputs at `parts` are missing (quorum 18)',
    },
  ]);
});

test('with its quorum met, a cell runs without the missing inputs', async () => {
  const { read } = await prepared(study(3, 0.8));
  expect(await read(1)).toEqual({ cells: [{ id: 20, weight: 'light', needs: [], guards: [] }], ended: [] });
});

test('cells that a rerun leaves have ended as they are, the last first, without another line; one with a result is found', async () => {
  const store = createMemoryStore();
  const plan = planOf(study(0, 1));
  const reference = await newRun(store, plan, {
    run: 'twenty-0',
    left: [
      { state: 'failed', ranges: [[1, 3]] },
      { state: 'cancelled', ranges: [[5, 5]] },
    ],
  });
  await attempt(dependencies(store), reference.run, plan.cellList[2]!);
  const graph = await readBranch(
    { store, plans: createPlanReader(store), orders: createOrderReader(store) },
    { ...reference, branch: 0 },
  );
  expect(graph.ended).toEqual([
    { cell: 2, state: 'cached' },
    { cell: 5, state: 'blocked' },
    { cell: 3, state: 'failed' },
    { cell: 1, state: 'failed' },
  ]);
  expect((await store.events(reference.run)).events.map(({ event }) => event)).toEqual(['cells-cached']);
});
