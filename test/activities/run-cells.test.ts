import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import type { CellRunners } from '../../activities/run-cells.ts';
import { runCells as runCellsOnce } from '../../activities/run-cells.ts';
import { engineActivity } from '../../activities/engine-activity.ts';
import type { PlanReader } from '../../activities/plan-reader.ts';
import type { RunCellsInput } from '../../schemas/engine.ts';
import { createPlanReader } from '../../activities/plan-reader.ts';
import type { CellOutcome } from '../../schemas/engine.ts';
import { createMemoryStore } from '../../store/memory-store.ts';
import type { Store } from '../../store/store.ts';
import { dependencies, failing, newRun, planOf } from './rig.ts';

const nothing = () => undefined;
const silent = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

const five = `
study: five
axes: { i: { count: 5 } }
steps:
  work: { use: no-op, over: [i], with: { fail: "\${i == 3}" } }
`;

async function prepared(text: string, store: Store = createMemoryStore()) {
  const plan = planOf(text);
  return { store, plan, reference: await newRun(store, plan), plans: createPlanReader(store) };
}

function runners(store: Store): CellRunners {
  return { light: dependencies(store), heavy: dependencies(store, { exclusive: true }) };
}

const runCells = (given: CellRunners, plans: PlanReader, input: RunCellsInput) =>
  engineActivity((each: RunCellsInput, tell) =>
    runCellsOnce({ runners: given, plans, tell, stopping: new AbortController().signal }, each),
  )(input);

const inActivity = async <Result>(run: () => Promise<Result>, info = {}): Promise<Result> =>
  new MockActivityEnvironment(info, { logger: silent }).run(run);

test('every cell ends by itself: a failure among them takes none of the others', async () => {
  const { store, reference, plans } = await prepared(five);
  const outcomes = await inActivity(() =>
    runCells(runners(store), plans, { ...reference, branch: 0, cells: [0, 1, 2, 3, 4] }),
  );
  expect(outcomes.map(({ state }: CellOutcome) => state)).toEqual(['done', 'done', 'done', 'failed', 'done']);
  const { events } = await store.events(reference.run);
  const ends = events.flatMap(event =>
    event.event === 'cell-ended' ? [`${event.cell} ${event.state} ${event.class ?? ''}`.trim()] : [],
  );
  expect(ends.sort()).toEqual(['0 done', '1 done', '2 done', '3 failed user', '4 done']);
});

test('an attempt that is to be made again fails the activity, with its own back-off', async () => {
  const { store, reference, plans } = await prepared(five);
  const flaky: CellRunners = { light: dependencies(store, { execute: failing('quota') }), heavy: dependencies(store) };
  const failure = await inActivity(() => runCells(flaky, plans, { ...reference, branch: 0, cells: [0] })).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({ type: 'quota', nextRetryDelay: 5000, nonRetryable: false });
  expect((await store.events(reference.run)).events).toMatchObject([
    { event: 'cell-attempt-failed', cell: 0, class: 'quota', retry_in: 5 },
  ]);
});

test('a retry skips what the attempt before had published', async () => {
  const { store, reference, plans } = await prepared(five);
  const input = { ...reference, branch: 0, cells: [0, 1] };
  let left = 1;
  const real = dependencies(store).execute;
  const execute: CellRunners['light']['execute'] = (task, hooks) =>
    task.cell.index === 1 && left-- > 0 ? failing('preempted')(task, hooks) : real(task, hooks);
  const flaky: CellRunners = { light: dependencies(store, { execute }), heavy: dependencies(store) };
  await inActivity(() => runCells(flaky, plans, input)).catch(() => undefined);
  expect(await inActivity(() => runCells(flaky, plans, input), { attempt: 2 })).toEqual([
    { cell: 0, state: 'done' },
    { cell: 1, state: 'done' },
  ]);
});

test('a store that cannot be written is tried again, but not for ever', async () => {
  const { store, reference, plans } = await prepared(five);
  const broken: Store = { ...store, appendEvents: () => Promise.reject(new Error('no room')) };
  const input = { ...reference, branch: 0, cells: [0] };
  const first = await inActivity(() => runCells(runners(broken), plans, input)).catch((error: unknown) => error);
  expect(first).toMatchObject({ message: 'no room' });
  expect(first).not.toBeInstanceOf(ApplicationFailure);
  const last = await inActivity(() => runCells(runners(broken), plans, input), { attempt: 30 }).catch(
    (error: unknown) => error,
  );
  expect(last).toMatchObject({ type: 'engine', nonRetryable: true });
});

test('a bug of ours is not tried again', async () => {
  const { store, reference, plans } = await prepared(five);
  const failure = await inActivity(() =>
    runCells(runners(store), plans, { ...reference, branch: 0, cells: [99] }),
  ).catch((error: unknown) => error);
  expect(failure).toMatchObject({ message: 'internal: branch 0 has no cell 99', type: 'engine', nonRetryable: true });
});

test('heartbeats tell the server which cell, how far it is, and the checkpoint it would go on from', async () => {
  const { store, plan, reference, plans } = await prepared(five);
  const real = dependencies(store).execute;
  const execute: CellRunners['light']['execute'] = async (task, hooks) => {
    hooks.onProgress({ step: 7, steps: 10, loss: 0.5, checkpoint: 4 });
    await heard;
    return real(task, hooks);
  };
  const environment = new MockActivityEnvironment({}, { logger: silent });
  const heard = new Promise<unknown>(resolve => environment.on('heartbeat', resolve));
  const slow: CellRunners = { light: dependencies(store, { execute }), heavy: dependencies(store) };
  await environment.run(() => runCells(slow, plans, { ...reference, branch: 0, cells: [0] }));
  const key = plan.cellList[0]!.key;
  expect(await heard).toEqual({ cell: 'work[i=0]', key, step: 7, steps: 10, loss: 0.5, checkpoint: 4 });
  const { events } = await store.events(reference.run);
  expect(events).toContainEqual(expect.objectContaining({ event: 'cell-progress', cell: 0, step: 7, checkpoint: 4 }));
});

test('whoever is at the same work is named at the first looks, and then ever more rarely', async () => {
  const { store, plan, reference, plans } = await prepared(
    five.replace('use: no-op', 'use: make-world').replace(/with: .* \}/, 'seed: { world: i, pretraining: 1 } }'),
  );
  const lease = await store.acquireLease(
    plan.cellList[0]!.key,
    { host: 'node7', pid: 12, purpose: 'other-3 work' },
    60,
  );
  expect(lease.held).toBe(true);
  for (const attemptNumber of [1, 2, 7, 8, 9]) {
    const look = inActivity(() => runCells(runners(store), plans, { ...reference, branch: 0, cells: [0] }), {
      attempt: attemptNumber,
    });
    await expect(look).rejects.toMatchObject({ type: 'held' });
  }
  const { events } = await store.events(reference.run);
  expect(events).toHaveLength(3);
  const owner = { host: 'node7', pid: 12, purpose: 'other-3 work' };
  expect(events[0]).toMatchObject({ event: 'cell-waiting', cell: 0, owner });
  expect(Date.parse(events[0]?.event === 'cell-waiting' ? events[0].until : '')).toBeGreaterThan(Date.now());
});
