import { expect, test } from 'vitest';
import { openRun } from '../../activities/open-run.ts';
import { pilotBranches } from '../../activities/pilot.ts';
import { createPlanReader } from '../../activities/plan-reader.ts';
import { createMemoryStore } from '../../store/memory-store.ts';
import { attempt, attemptAll, dependencies, newRun, planOf } from './rig.ts';

/** Twenty light cells in one branch, and a join in another. */
const twenty = `
study: twenty
axes: { i: { count: 20 } }
steps:
  work: { use: no-op, over: [i] }
  join: { use: no-op, over: [], in: { parts: work } }
`;

async function prepared(text: string) {
  const store = createMemoryStore();
  const plan = planOf(text);
  return { store, plan, reference: await newRun(store, plan), plans: createPlanReader(store) };
}

test('a fresh run has everything before it', async () => {
  const { store, reference, plans } = await prepared(twenty);
  expect(await openRun(store, plans, reference)).toEqual({
    branches: [
      { id: 0, needs: [], recorded: false, pilot: false },
      { id: 1, needs: [0], recorded: false, pilot: false },
    ],
    cells: 21,
    recorded: 0,
  });
  expect((await store.events(reference.run)).events).toEqual([]);
});

test('what another run has made is found in bulk, and told once', async () => {
  const { store, plan, reference, plans } = await prepared(twenty);
  const before = await newRun(store, plan);
  for (const cell of plan.cellList.slice(0, 5)) await attempt(dependencies(store), before.run, cell);
  expect(await openRun(store, plans, reference)).toMatchObject({ recorded: 5 });
  await openRun(store, plans, reference);
  expect((await store.events(reference.run)).events).toMatchObject([{ event: 'cells-cached', ranges: [[0, 4]] }]);
});

test('what the run had made itself before its worker died, untold, counts as made when it is taken up', async () => {
  const { store, plan, reference, plans } = await prepared(twenty);
  const started = () =>
    store.appendEvents(reference.run, [
      { event: 'run-started', at: new Date().toISOString(), process: { host: 'here', pid: 1 } },
    ]);
  await started();
  for (const cell of plan.cellList.slice(0, 2)) await attempt(dependencies(store), reference.run, cell);
  await started();
  expect(await openRun(store, plans, reference)).toMatchObject({ recorded: 2 });
  expect((await store.events(reference.run)).events.slice(2)).toMatchObject([
    { event: 'cell-ended', cell: 0, state: 'done' },
    { event: 'cell-ended', cell: 1, state: 'done' },
  ]);
});

test('a branch whose cells are all there needs no workflow', async () => {
  const { store, plan, reference, plans } = await prepared(twenty);
  await attemptAll(dependencies(store), (await newRun(store, plan)).run, plan);
  const { branches, recorded } = await openRun(store, plans, reference);
  expect(recorded).toBe(21);
  expect(branches.map(branch => branch.recorded)).toEqual([true, true]);
});

const branch = (
  id: number,
  needs: number[],
  shape: string,
  state: { heavy?: boolean; recorded?: boolean; waits?: boolean } = {},
) => ({
  id,
  needs,
  shape,
  heavy: state.heavy ?? true,
  recorded: state.recorded ?? false,
  waits: state.waits ?? false,
});

test('the pilot is one of the widest fan-out, with everything it needs', () => {
  const branches = [
    branch(0, [], 'world'),
    branch(1, [0], 'base'),
    ...[2, 3, 4, 5].map(id => branch(id, [1], 'pipeline')),
    ...[6, 7, 8].map(id => branch(id, [2], 'probe')),
    branch(9, [2, 3, 4, 5], 'join'),
  ];
  expect(pilotBranches(branches)).toEqual(new Set([0, 1, 2]));
});

test('there is no pilot where nothing fans out, where all is light, where all is there, or where it would wait for a person', () => {
  const fan = (state: { heavy?: boolean; recorded?: boolean; waits?: boolean }) =>
    [0, 1, 2, 3].map(id => branch(id, [], 'pipeline', state));
  expect(pilotBranches([branch(0, [], 'a'), branch(1, [0], 'b')]).size).toBe(0);
  expect(pilotBranches(fan({ heavy: false })).size).toBe(0);
  expect(pilotBranches(fan({ recorded: true })).size).toBe(0);
  expect(pilotBranches(fan({ waits: true })).size).toBe(0);
  expect([...pilotBranches(fan({}))]).toEqual([0]);
});
