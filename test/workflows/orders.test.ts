/** Orders to branches under way, on a real server: one cell ended, a person's word given, an attempt made early. */
import { describe, expect, test } from 'vitest';
import { CellFailure } from '../../activities/cell-failure.ts';
import type { CellRunners } from '../../activities/run-cells.ts';
import type { BranchOrder } from '../../schemas/engine.ts';
import { type Plan, cellName } from '../../schemas/plan.ts';
import type { RunEvent } from '../../schemas/run.ts';
import { cellNamed, planOf } from '../activities/rig.ts';
import { eventually } from '../worker/server/rig.ts';
import { type StartedRun, allHeavy, rigOfFile, startRun } from './rig.ts';
import { pendingActivities } from '../../worker/temporal/pending-activities.ts';

const rig = rigOfFile();

interface Executed {
  readonly begun: string[];
  readonly stopped: string[];
  readonly runners: (runners: CellRunners) => CellRunners;
}

/** Before the work of a cell, `before` runs; it is told when the cell is called off. */
function executed(before: (name: string, calledOff: Promise<void>) => Promise<void> = async () => undefined): Executed {
  const begun: string[] = [];
  const stopped: string[] = [];
  const runners = ({ light, heavy }: CellRunners): CellRunners => {
    const execute: CellRunners['light']['execute'] = async (task, hooks) => {
      const name = cellName(task.cell.step, task.cell.at);
      begun.push(name);
      const calledOff = new Promise<void>(resolve => hooks.signal.addEventListener('abort', () => resolve()));
      await before(name, calledOff);
      if (hooks.signal.aborted) {
        stopped.push(name);
        throw new CellFailure('preempted', 'it was told to stop');
      }
      return light.execute(task, hooks);
    };
    return { light: { ...light, execute }, heavy: { ...heavy, execute } };
  };
  return { begun, stopped, runners };
}

const branchOf = (plan: Plan, cell: number) => plan.branchList.findIndex(({ cells }) => cells.includes(cell));

async function order(started: StartedRun, branch: number, given: BranchOrder): Promise<void> {
  await rig().client.workflow.getHandle(`${started.workflowId}/branch-${branch}`).signal('order', given);
}

async function logOf({ store, reference }: StartedRun): Promise<RunEvent[]> {
  return (await store.events(reference.run)).events;
}

/** State and reason of the last end of each cell, by name. */
async function endsByName(started: StartedRun, plan: Plan): Promise<Record<string, string>> {
  const ends: Record<string, string> = {};
  for (const event of await logOf(started)) {
    if (event.event !== 'cell-ended') continue;
    const { step, at } = plan.cellList[event.cell]!;
    ends[cellName(step, at)] = event.reason === undefined ? event.state : `${event.state}: ${event.reason}`;
  }
  return ends;
}

const chains = `
study: chains
axes: { i: { count: 3 } }
steps:
  one: { use: no-op, over: [i] }
  two: { use: no-op, in: { parts: one } }
  join: { use: no-op, over: [], in: { parts: { from: two, quorum: 2 } } }
`;

describe('a cell that is cancelled', () => {
  test.each(['heavy', 'light'] as const)(
    'under way, %s: it is stopped, what needs it ends with it, its siblings go on',
    async weight => {
      const plan = weight === 'heavy' ? allHeavy(planOf(chains)) : planOf(chains);
      const cell = cellNamed(plan, 'one[i=1]');
      let release: () => void = () => undefined;
      const released = new Promise<void>(resolve => (release = resolve));
      const work = executed((name, calledOff) =>
        name.startsWith('one') ? Promise.race([released, calledOff]) : Promise.resolve(),
      );
      const started = await startRun(rig(), plan, work.runners);
      await eventually(() => work.begun.length === 3, 20_000);
      await order(started, branchOf(plan, cell.index), {
        order: 'cancel',
        cell: cell.index,
        reason: 'ended by ann@here',
      });
      await eventually(() => work.stopped.includes('one[i=1]'), 20_000);
      release();
      expect(await started.result()).toMatchObject({ done: 5, cancelled: 2, blocked: 0, failed: 0 });
      await started.serving.stop();
      const ends = await endsByName(started, plan);
      expect(ends).toMatchObject({
        'one[i=1]': 'cancelled: ended by ann@here',
        'two[i=1]': 'cancelled: needs one[i=1]',
      });
      if (weight === 'heavy') expect(work.stopped).toEqual(['one[i=1]']);
    },
    60_000,
  );

  test('not started, it never starts; one that has ended is left alone', async () => {
    const plan = allHeavy(planOf(chains));
    let release: () => void = () => undefined;
    const released = new Promise<void>(resolve => (release = resolve));
    const work = executed(name => (name === 'one[i=1]' ? released : Promise.resolve()));
    const started = await startRun(rig(), plan, work.runners);
    await eventually(() => work.begun.includes('two[i=0]'), 20_000);
    const { index: waiting } = cellNamed(plan, 'two[i=1]');
    const { index: over } = cellNamed(plan, 'one[i=0]');
    for (const cell of [waiting, waiting, over])
      await order(started, branchOf(plan, cell), { order: 'cancel', cell, reason: 'ended by ann@here' });
    await eventually(async () => (await endsByName(started, plan))['two[i=1]'] !== undefined, 20_000);
    release();
    expect(await started.result()).toMatchObject({ done: 6, cancelled: 1 });
    await started.serving.stop();
    expect(work.begun).not.toContain('two[i=1]');
    const ends = (await logOf(started)).filter(event => event.event === 'cell-ended' && event.cell === waiting);
    expect(ends).toHaveLength(1);
  }, 60_000);

  test('ordered before its branch began, it is read from the log there, in branches below as cancelled too', async () => {
    const plan = planOf(`
study: apart
axes: { i: { count: 6 } }
steps:
  one: { use: no-op, over: [i] }
  join: { use: no-op, over: [], in: { parts: one } }
  after: { use: no-op, over: [i], in: { parts: join }, with: { bytes: 1 } }
`);
    const { index: cell } = cellNamed(plan, 'one[i=3]');
    const at = new Date().toISOString();
    const started = await startRun(rig(), plan, {
      logged: [{ event: 'cell-cancel-ordered', at, cell, by: 'ann@here', reason: 'a typo' }],
    });
    expect(await started.result()).toMatchObject({ done: 5, cancelled: 8, blocked: 0 });
    await started.serving.stop();
    expect(await endsByName(started, plan)).toMatchObject({ 'one[i=3]': 'cancelled: ended by ann@here: a typo' });
  }, 60_000);
});

const asking = `
study: asking
axes: { i: { count: 3 } }
steps:
  one: { use: no-op, over: [i] }
  dear: { use: no-op, in: { parts: one }, approve: 'Is one fine?' }
  after: { use: no-op, over: [], in: { parts: dear } }
  apart: { use: no-op, in: { parts: one }, with: { bytes: 3 } }
`;

const gated = (threshold: number) => `
study: gated
axes: { i: { count: 2 } }
steps:
  part: { use: no-op, over: [i] }
  join: { use: no-op, over: [], in: { parts: part } }
  dear: { use: no-op, over: [i], in: { parts: join } }
  after: { use: no-op, over: [], in: { parts: dear } }
gates:
  enough: { claim: enough parts, estimand: { from: join, column: parts, take: first }, op: '>=', value: ${threshold}, on_fail: { skip: [dear] }, approve: true }
`;

describe('a person’s word', () => {
  const waits = async (started: StartedRun, name: string, cells: number) =>
    eventually(async () => {
      const awaited = (await logOf(started)).flatMap(event =>
        event.event === 'approval-awaited' && event.name === name ? event.ranges : [],
      );
      return awaited.reduce((sum, [first, last]) => sum + last - first + 1, 0) === cells;
    }, 20_000);
  /** To every branch, as the command does; those that have ended are not there any more. */
  const tellAll = async (started: StartedRun, plan: Plan, given: BranchOrder) => {
    for (const { index } of plan.branchList) await order(started, index, given).catch(() => undefined);
  };

  test('is waited for by the cells of its step alone, and asked with the question of the study', async () => {
    const plan = planOf(asking);
    const work = executed();
    const started = await startRun(rig(), plan, work.runners);
    await waits(started, 'dear', 3);
    await eventually(() => work.begun.filter(name => name.startsWith('apart')).length === 3, 20_000);
    await new Promise(resolve => setTimeout(resolve, 500));
    expect(work.begun.some(name => name.startsWith('dear'))).toBe(false);
    expect(await logOf(started)).toContainEqual(expect.objectContaining({ name: 'dear', question: 'Is one fine?' }));
    await tellAll(started, plan, { order: 'approve', name: 'dear' });
    expect(await started.result()).toMatchObject({ done: 10, skipped: 0 });
    await started.serving.stop();
  }, 60_000);

  test('that rejects skips the step and what needs it, and the run is done', async () => {
    const plan = planOf(asking);
    const started = await startRun(rig(), plan);
    await waits(started, 'dear', 3);
    await tellAll(started, plan, { order: 'reject', name: 'dear', reason: 'rejected by ann@here: no' });
    expect(await started.result()).toMatchObject({ done: 6, skipped: 4, cancelled: 0, blocked: 0 });
    await started.serving.stop();
    expect((await endsByName(started, plan))['dear[i=0]']).toBe('skipped: rejected by ann@here: no');
    expect((await logOf(started)).at(-1)).toMatchObject({ event: 'run-ended', state: 'done' });
  }, 60_000);

  test.each([
    ['approve', 5, { done: 4, skipped: 3 }, 'skipped: ruled out by gates.enough (fail)'],
    ['approve', 1, { done: 7, skipped: 0 }, 'done'],
    ['reject', 1, { done: 4, skipped: 3 }, 'skipped: rejected by ann@here'],
  ] as const)(
    'on a gate lets its verdict count: %s, threshold %i',
    async (verb, threshold, tally, end) => {
      const plan = planOf(gated(threshold));
      const started = await startRun(rig(), plan);
      await waits(started, 'gates.enough', 2);
      expect(await logOf(started)).toContainEqual(
        expect.objectContaining({ event: 'cell-ended', verdict: threshold === 5 ? 'fail' : 'pass' }),
      );
      const name = 'gates.enough';
      await tellAll(
        started,
        plan,
        verb === 'approve' ? { order: verb, name } : { order: verb, name, reason: 'rejected by ann@here' },
      );
      expect(await started.result()).toMatchObject(tally);
      await started.serving.stop();
      expect((await endsByName(started, plan))['dear[i=0]']).toBe(end);
    },
    60_000,
  );

  test('given before in this run is not asked for again', async () => {
    const at = new Date().toISOString();
    const decided = (name: string): RunEvent => ({
      event: 'approval-decided',
      at,
      name,
      decision: 'approved',
      by: 'ann@here',
    });
    for (const [text, name] of [
      [asking, 'dear'],
      [gated(5), 'gates.enough'],
    ] as const) {
      const started = await startRun(rig(), planOf(text), { logged: [decided(name)] });
      await started.result();
      await started.serving.stop();
      expect((await logOf(started)).map(({ event }) => event)).not.toContain('approval-awaited');
    }
  }, 60_000);
});

describe('an attempt made early', () => {
  test.each(['heavy', 'light'] as const)(
    'a %s cell in back-off is found by its activity’s id, and tried at once',
    async weight => {
      const text = 'study: full\naxes: { i: { count: 3 } }\nsteps:\n  one: { use: no-op, over: [i] }\n';
      const plan = weight === 'heavy' ? allHeavy(planOf(text)) : planOf(text);
      let full = true;
      const work = executed(name => {
        if (full && name === 'one[i=1]') throw new CellFailure('refused', 'not today');
        return Promise.resolve();
      });
      const started = await startRun(rig(), plan, work.runners);
      const workflow = `${started.workflowId}/branch-${branchOf(plan, cellNamed(plan, 'one[i=1]').index)}`;
      const waiting = async () =>
        (await pendingActivities(rig().client, workflow)).find(({ state }) => state === 'waiting');
      await eventually(async () => (await waiting()) !== undefined, 20_000);
      full = false;
      const found = (await waiting())!;
      expect(found).toMatchObject({ id: weight === 'heavy' ? 'cell-1' : 'cells-0-2', failure: 'not today' });
      // The class waits for half a minute at first.
      expect(found.at!.getTime() - Date.now()).toBeGreaterThan(15_000);
      const begun = Date.now();
      await rig().client.workflowService.resetActivity({
        namespace: 'default',
        execution: { workflowId: workflow },
        id: found.id,
      });
      expect((await started.result()).done).toBe(3);
      expect(Date.now() - begun).toBeLessThan(12_000);
      await started.serving.stop();
      expect(work.begun.filter(name => name === 'one[i=1]')).toHaveLength(2);
    },
    60_000,
  );
});
