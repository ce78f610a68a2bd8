import { expect, test } from 'vitest';
import { cellName } from '../../../schemas/plan.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { readRunView } from '../../../worker/run/read-run-view.ts';
import { settleRun } from '../../../worker/run/settle-run.ts';
import { attempt, attemptAll, cellNamed, dependencies, newRun, planOf } from '../../activities/rig.ts';

const study = (fails: boolean) => `
study: settled
axes: { i: { count: 2 } }
steps:
  part: { use: no-op, over: [i] }
  join: { use: no-op, over: [], in: { parts: part }, with: { bytes: 1 } }
  dear: { use: no-op, over: [i], in: { parts: join }, with: { bytes: 2 } }
  after: { use: no-op, over: [], in: { parts: dear } }
gates:
  enough: { claim: enough parts, estimand: { from: join, column: parts, take: first }, op: '>=', value: ${fails ? 5 : 1}, on_fail: { skip: [dear] } }
`;

/** A store in which these cells have results. */
async function storeWith(plan: ReturnType<typeof planOf>, names: readonly string[]) {
  const store = createMemoryStore();
  const { run } = await newRun(store, plan);
  for (const name of names) await attempt(dependencies(store), run, cellNamed(plan, name));
  return store;
}

async function settled(store: Awaited<ReturnType<typeof storeWith>>, plan: ReturnType<typeof planOf>) {
  const { run } = await newRun(store, plan);
  const record = (await store.run(run))!;
  const before = (await store.events(run)).events.length;
  const over = await settleRun(store, record, plan.cellList);
  const { events } = await store.events(run);
  const view = await readRunView(store, run, plan.cells);
  const states = Object.fromEntries(
    plan.cellList.map(cell => [cellName(cell.step, cell.at), view.cell(cell.index).state]),
  );
  return { over, state: view.state(), states, view, wrote: events.length - before };
}

test('a run whose cells all have results ends at once, every cell cached', async () => {
  const plan = planOf(study(false));
  const store = createMemoryStore();
  const { run } = await newRun(store, plan);
  await attemptAll(dependencies(store), run, plan);
  const { over, state, states } = await settled(store, plan);
  expect({ over, state }).toEqual({ over: true, state: 'done' });
  expect(new Set(Object.values(states))).toEqual(new Set(['cached']));
});

test('cells that recorded gates rule out need no results, and are skipped with the gate’s name', async () => {
  const plan = planOf(study(true));
  const store = await storeWith(plan, ['part[i=0]', 'part[i=1]', 'join', 'gates.enough']);
  const { over, states, view } = await settled(store, plan);
  expect(over).toBe(true);
  expect(states).toMatchObject({
    'dear[i=0]': 'skipped',
    'dear[i=1]': 'skipped',
    after: 'skipped',
    'gates.enough': 'cached',
  });
  expect(view.cell(cellNamed(plan, 'dear[i=0]').index).reason).toBe('ruled out by gates.enough');
  expect(view.cell(cellNamed(plan, 'after').index).reason).toBe('an input was ruled out');
});

test('a run with anything left to do is left alone, its log untouched', async () => {
  const passing = planOf(study(false));
  const store = await storeWith(passing, ['part[i=0]', 'part[i=1]', 'join', 'gates.enough']);
  expect(await settled(store, passing)).toMatchObject({ over: false, wrote: 0 });
  const undecided = planOf(study(true));
  const other = await storeWith(undecided, ['part[i=0]', 'part[i=1]', 'join']);
  expect(await settled(other, undecided)).toMatchObject({ over: false, wrote: 0 });
});

test('a gate that a person has to approve rules nothing out before: the run is not over', async () => {
  const plan = planOf(study(true).replace('on_fail', 'approve: true, on_fail'));
  const store = await storeWith(plan, ['part[i=0]', 'part[i=1]', 'join', 'gates.enough']);
  expect(await settled(store, plan)).toMatchObject({ over: false, wrote: 0 });
});
