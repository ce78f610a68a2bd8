import { describe, expect, test } from 'vitest';
import { CellFailure } from '../../activities/cell-failure.ts';
import type { ExecuteCell } from '../../activities/compute.ts';
import type { CellRunners } from '../../activities/run-cells.ts';
import type { RunProgress } from '../../schemas/engine.ts';
import { type Plan, cellName } from '../../schemas/plan.ts';
import type { Store } from '../../store/store.ts';
import { attempt, dependencies, newRun, planOf } from '../activities/rig.ts';
import { eventually } from '../worker/server/rig.ts';
import {
  type Executions,
  executionsOf,
  largestPayload,
  mostEvents,
  mostPayloadBytes,
  failedTasks,
} from './histories.ts';
import { type StartedRun, endsOf, rigOfFile, startRun } from './rig.ts';

const rig = rigOfFile();

/** A branch for each cell: as many workflows as a plan can have. */
const branchForEach = (plan: Plan): Plan => ({
  ...plan,
  branchList: plan.cellList.map(cell => ({
    index: cell.index,
    title: cellName(cell.step, cell.at),
    needs: [...new Set(Object.values(cell.inputs).flatMap(({ parts }) => parts.map(part => part.cell)))],
    cells: [cell.index],
  })),
});

/** Chains of two and a join over all: branches need those that ended in an earlier execution of the run. */
const chains = (count: number, failing = -1) =>
  branchForEach(
    planOf(`
study: chains
axes: { i: { count: ${count} } }
steps:
  one: { use: no-op, over: [i], with: { fail: "\${i == ${failing}}" } }
  two: { use: no-op, in: { parts: one }, with: { bytes: 1 } }
  join: { use: no-op, over: [], in: { parts: { from: two, quorum: 0.5 } } }
`),
  );

/** Cells of some names wait until they are released, or called off. */
function holding(wanted: (name: string) => boolean) {
  const held: string[] = [];
  let release: () => void = () => undefined;
  const released = new Promise<void>(resolve => (release = resolve));
  const runners = ({ light, heavy }: CellRunners): CellRunners => {
    const execute: ExecuteCell = async (task, hooks) => {
      const name = cellName(task.cell.step, task.cell.at);
      if (wanted(name)) {
        held.push(name);
        await Promise.race([released, new Promise(resolve => hooks.signal.addEventListener('abort', resolve))]);
        if (hooks.signal.aborted) throw new CellFailure('preempted', 'it was called off');
      }
      return light.execute(task, hooks);
    };
    return { light: { ...light, execute }, heavy };
  };
  return { runners, held, release: () => release() };
}

/** Short histories, so that a small run goes through many of them. */
const short = { events: 60, patience: 600 };

function histories({ workflowId }: StartedRun): Promise<Executions> {
  if (rig === undefined) throw new Error('no server');
  return executionsOf(rig().client, workflowId);
}

const executions = async (started: StartedRun) => (await histories(started)).length;

describe('a run of many branches on a real server', () => {
  test('more than 1,000 branches run to their end, every history and payload within bounds', async () => {
    const plan = branchForEach(
      planOf(`
study: wide
axes: { i: { count: 1010 } }
steps:
  one: { use: no-op, over: [i] }
  join: { use: no-op, over: [], in: { parts: one } }
`),
    );
    // Most are recorded by an earlier run, which costs no workflow; every tenth is left to do.
    const earlier = async (store: Store) => {
      const before = await newRun(store, plan);
      for (const cell of plan.cellList.filter(({ step, index }) => step === 'one' && index % 10 > 0))
        await attempt(dependencies(store), before.run, cell);
    };
    const started = await startRun(rig(), plan, { prepare: earlier, bounds: { ...short, events: 200 } });
    expect(await started.result()).toEqual({ cached: 0, done: 102, failed: 0, blocked: 0, skipped: 0, cancelled: 0 });
    await started.serving.stop();
    const all = await histories(started);
    expect(all.length).toBeGreaterThan(1);
    expect(failedTasks(all)).toBe(0);
    for (const events of all) expect(events.length).toBeLessThan(mostEvents);
    expect(largestPayload(all)).toBeLessThan(mostPayloadBytes);
  }, 120_000);

  test('what failed in one execution blocks what needs it in the next, and only that', async () => {
    const plan = chains(20, 3);
    const started = await startRun(rig(), plan, { bounds: short });
    expect(await started.result()).toEqual({ cached: 0, done: 39, failed: 1, blocked: 1, skipped: 0, cancelled: 0 });
    await started.serving.stop();
    expect(await executions(started)).toBeGreaterThan(2);
    const ends = await endsOf(started.store, started.reference.run);
    const named = (state: string) =>
      plan.cellList.filter(({ index }) => ends.get(index) === state).map(({ step, at }) => cellName(step, at));
    expect({ failed: named('failed'), blocked: named('blocked') }).toEqual({
      failed: ['one[i=3]'],
      blocked: ['two[i=3]'],
    });
    expect((await started.store.events(started.reference.run)).events.at(-1)).toMatchObject({ state: 'failed' });
  }, 60_000);

  test('a branch that an earlier execution started is waited for, paused and let go on', async () => {
    const hold = holding(name => name === 'one[i=0]');
    const started = await startRun(rig(), chains(20), { change: hold.runners, bounds: short });
    const handle = rig().client.workflow.getHandle(started.workflowId);
    const progress = () => handle.query<RunProgress>('progress');
    await eventually(async () => (await progress()).branches.ended === 38, 30_000);
    expect(await executions(started)).toBeGreaterThan(1);
    await handle.signal('pause');
    await eventually(async () => (await progress()).paused, 20_000);
    hold.release();
    // Its next cell is another branch's, which a paused run does not start.
    await eventually(async () => (await progress()).branches.ended === 39, 20_000);
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(await progress()).toMatchObject({ paused: true, branches: { total: 41, ended: 39, running: 0 } });
    await handle.signal('resume');
    expect(await started.result()).toMatchObject({ done: 41 });
    await started.serving.stop();
  }, 60_000);

  test('a branch that an earlier execution started is called off with the run', async () => {
    const hold = holding(name => name === 'one[i=0]');
    const started = await startRun(rig(), chains(20), { change: hold.runners, bounds: short });
    const handle = rig().client.workflow.getHandle(started.workflowId);
    await eventually(async () => (await handle.query<RunProgress>('progress')).branches.ended === 38, 30_000);
    expect(await executions(started)).toBeGreaterThan(1);
    await handle.cancel();
    expect(await started.result()).toMatchObject({ done: 38, cancelled: 1 });
    await started.serving.stop();
    expect((await started.store.events(started.reference.run)).events.at(-1)).toMatchObject({ state: 'cancelled' });
  }, 60_000);

  test('a branch of an earlier execution that was ended by hand is found missing and run again', async () => {
    const hold = holding(name => name === 'one[i=0]');
    const started = await startRun(rig(), chains(20), { change: hold.runners, bounds: { ...short, patience: 2 } });
    const handle = rig().client.workflow.getHandle(started.workflowId);
    await eventually(async () => (await handle.query<RunProgress>('progress')).branches.ended === 38, 30_000);
    await rig().client.workflow.getHandle(`${started.workflowId}/branch-0`).terminate();
    hold.release();
    expect(await started.result()).toMatchObject({ failed: 0, cancelled: 0, blocked: 0 });
    await started.serving.stop();
    expect([...(await endsOf(started.store, started.reference.run)).values()].filter(s => s !== 'done')).toEqual([]);
  }, 60_000);

  test('a run that is started again after its workflow was ended by hand goes on with the branches it left', async () => {
    const hold = holding(name => name === 'one[i=0]');
    const started = await startRun(rig(), chains(4), { change: hold.runners });
    const handle = rig().client.workflow.getHandle(started.workflowId);
    await eventually(async () => (await handle.query<RunProgress>('progress')).branches.ended === 6, 30_000);
    await handle.terminate();
    const again = await rig().client.workflow.start('runStudy', {
      workflowId: started.workflowId,
      taskQueue: started.serving.taskQueue,
      args: [started.reference],
    });
    await eventually(async () => (await handle.query<RunProgress>('progress')).branches.running === 1, 20_000);
    hold.release();
    await again.result();
    await started.serving.stop();
    // Held once: the branch was taken over, not started a second time.
    expect(hold.held).toEqual(['one[i=0]']);
    expect((await endsOf(started.store, started.reference.run)).size).toBe(9);
  }, 60_000);
});
