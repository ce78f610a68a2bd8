import { expect, test } from 'vitest';
import { createOrderReader } from '../../activities/order-reader.ts';
import { createPlanReader } from '../../activities/plan-reader.ts';
import { readBranch } from '../../activities/read-branch.ts';
import type { RunEvent } from '../../schemas/run.ts';
import { createMemoryStore } from '../../store/memory-store.ts';
import type { StoredItem } from '../../store/store.ts';
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
  return { store, plan, reference, read, log };
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

test('an input that was made in this run and is gone by now is there to be made again, not missing', async () => {
  const { store, plan, reference, read } = await prepared(study(0, 1));
  const at = new Date().toISOString();
  const made = plan.cellList
    .slice(0, 20)
    .map(({ index: cell }) => ({ event: 'cell-ended', at, cell, state: 'done' }) as const);
  await store.appendEvents(reference.run, made);
  // As when its bytes are found damaged between the end of its branch and the beginning of the next.
  const [gone] = plan.cellList;
  const items: StoredItem[] = [];
  for await (const item of store.items('record')) if (item.name === gone!.key) items.push(item);
  const batch = new Date();
  await store.moveToTrash(items, { batch, unlessModifiedSince: new Date(Date.now() + 1000) });
  await store.purgeTrash(batch);
  expect(await store.record(gone!.key)).toBeUndefined();
  expect(await read(1)).toEqual({ cells: [{ id: 20, weight: 'light', needs: [], guards: [] }], ended: [] });
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

const asking = `
study: asking
steps:
  one: { use: no-op }
  dear: { use: no-op, in: { parts: one }, with: { bytes: 1 }, approve: true }
  after: { use: no-op, in: { parts: dear } }
`;

/** One branch for `one`, one for the cells that wait. */
async function asked(...events: RunEvent[]) {
  const store = createMemoryStore();
  const plan = planOf(asking);
  const reference = await newRun(store, plan);
  await attempt(dependencies(store), reference.run, plan.cellList[0]!);
  await store.appendEvents(reference.run, events);
  const sources = { store, plans: createPlanReader(store), orders: createOrderReader(store) };
  return { store, reference, read: () => readBranch(sources, { ...reference, branch: 1 }) };
}

const at = '2026-01-01T00:00:00.000Z';
const decided = (decision: 'approved' | 'rejected'): RunEvent => ({
  event: 'approval-decided',
  at,
  name: 'dear',
  decision,
  by: 'ann@here',
});

test('what a person has not approved yet is told with the cell, and what was approved is not', async () => {
  expect((await (await asked()).read()).cells[0]).toMatchObject({ id: 1, approvals: [{ name: 'dear' }] });
  expect((await (await asked(decided('approved'))).read()).cells[0]).not.toHaveProperty('approvals');
});

test('what a person rejected is skipped, what a person cancelled is cancelled, each with who and why', async () => {
  const rejected = await asked(decided('rejected'), decided('approved'));
  expect((await rejected.read()).ended).toEqual([{ cell: 1, state: 'skipped' }]);
  const cancelled = await asked({ event: 'cell-cancel-ordered', at, cell: 2, by: 'ann@here', reason: 'a typo' });
  expect((await cancelled.read()).ended).toEqual([{ cell: 2, state: 'cancelled' }]);
  const ends = async ({ store, reference }: typeof rejected) =>
    (await store.events(reference.run)).events.flatMap(event => (event.event === 'cell-ended' ? [event.reason] : []));
  expect(await ends(rejected)).toEqual(['rejected by ann@here']);
  expect(await ends(cancelled)).toEqual(['ended by ann@here: a typo']);
});

test('an order given after a branch was read is seen by the next', async () => {
  const { store, reference, read } = await asked();
  expect((await read()).ended).toEqual([]);
  await store.appendEvents(reference.run, [decided('rejected')]);
  expect((await read()).ended).toEqual([{ cell: 1, state: 'skipped' }]);
});
