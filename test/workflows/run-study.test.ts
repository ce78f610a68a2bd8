import { describe, expect, test } from 'vitest';
import type { ExecuteCell } from '../../activities/compute.ts';
import type { CellRunners } from '../../activities/run-cells.ts';
import { cellName } from '../../schemas/plan.ts';
import { planOf } from '../activities/rig.ts';
import { endsOf, rigOfFile, startRun } from './rig.ts';

const rig = rigOfFile();

/** Nothing is published: cells of these tests are counted, not made. */
const counting =
  (log: string[], change: (name: string) => Promise<void> = async () => undefined) =>
  (runners: CellRunners): CellRunners => {
    const execute: ExecuteCell = async (task, hooks) => {
      const name = cellName(task.cell.step, task.cell.at);
      log.push(name);
      await change(name);
      return runners.light.execute(task, hooks);
    };
    return { light: { ...runners.light, execute }, heavy: { ...runners.heavy, execute } };
  };

const diamond = `
study: diamond
axes: { i: { count: 3 } }
steps:
  root: { use: no-op }
  left: { use: no-op, over: [i], in: { parts: root }, with: { fail: "\${i == 1}" } }
  below: { use: no-op, in: { parts: left } }
  join: { use: no-op, over: [], in: { parts: below } }
  apart: { use: no-op, in: { parts: root } }
`;

describe('a run on a real server', () => {
  test('a cell whose recipe changes after a failure is tried again at once, and what is below it goes on', async () => {
    const plan = planOf(`
study: changing
axes: { i: { count: 3 } }
steps:
  left: { use: no-op, over: [i], with: { fail: "\${i == 1}" }, on_failure: { user: { with: { fail: false } } } }
  below: { use: no-op, in: { parts: left } }
`);
    const log: string[] = [];
    const started = await startRun(rig(), plan, counting(log));
    expect(await started.result()).toMatchObject({ done: 6, failed: 0 });
    await started.serving.stop();
    expect(log.filter(name => name === 'left[i=1]')).toHaveLength(2);
    expect((await started.store.events(started.reference.run)).events).toContainEqual(
      expect.objectContaining({ event: 'cell-ended', state: 'done', changed: 'fail false (user)' }),
    );
  }, 30_000);

  test('of two cells that differ in their quorum alone the tolerant one is made, and the strict one blocked', async () => {
    const plan = planOf(`
study: quorums
axes: { i: { count: 3 } }
steps:
  part: { use: no-op, over: [i], with: { fail: "\${i == 1}" } }
  tolerant: { use: no-op, over: [], in: { parts: { from: part, quorum: 2 } } }
  strict: { use: no-op, over: [], in: { parts: part } }
`);
    const [tolerant, strict] = ['tolerant', 'strict'].map(step => plan.cellList.find(cell => cell.step === step)!);
    // They are one recipe: what was made without a part must not answer for who needs all.
    expect(tolerant!.key).toBe(strict!.key);
    const started = await startRun(rig(), plan);
    expect(await started.result()).toMatchObject({ done: 3, failed: 1, blocked: 1 });
    await started.serving.stop();
    const { store, reference } = started;
    const ends = await endsOf(store, reference.run);
    expect([tolerant, strict].map(cell => ends.get(cell!.index))).toEqual(['done', 'blocked']);
    const record = await store.record(tolerant!.key, reference.run);
    expect(record).toMatchObject({ name: 'tolerant', partial: true });
    expect(record!.inputs['parts']).toMatchObject({ parts: [{ at: [0] }, { at: [2] }], missing: [{ at: [1] }] });
    expect(await store.record(strict!.key)).toBeUndefined();
  }, 30_000);

  test('a failed cell blocks its descendants only', async () => {
    const plan = planOf(diamond);
    const log: string[] = [];
    const started = await startRun(rig(), plan, counting(log));
    const tally = await started.result();
    await started.serving.stop();
    expect(tally).toEqual({ cached: 0, done: 6, failed: 1, blocked: 2, skipped: 0, cancelled: 0 });
    const ends = await endsOf(started.store, started.reference.run);
    const blocked = plan.cellList
      .filter(cell => ends.get(cell.index) === 'blocked')
      .map(cell => cellName(cell.step, cell.at));
    expect(blocked).toEqual(['below[i=1]', 'join']);
    expect(log.toSorted()).toEqual([
      'apart',
      'below[i=0]',
      'below[i=2]',
      'left[i=0]',
      'left[i=1]',
      'left[i=2]',
      'root',
    ]);
    const { events } = await started.store.events(started.reference.run);
    expect(events.at(-1)).toMatchObject({ event: 'run-ended', state: 'failed' });
  });

  test('a gate skips what it rules out, and its verdict travels across branches', async () => {
    const plan = planOf(`
study: gated
params: { threshold: 5 }
axes: { i: { count: 2 } }
steps:
  part: { use: no-op, over: [i] }
  join: { use: no-op, over: [], in: { parts: part } }
  dear: { use: no-op, over: [i], in: { parts: join } }
  after: { use: no-op, over: [], in: { parts: dear } }
  cheap: { use: no-op, in: { parts: join } }
gates:
  enough: { claim: enough parts, estimand: { from: join, column: parts, take: first }, op: '>=', value: "\${threshold}", on_fail: { skip: [dear] } }
`);
    const started = await startRun(rig(), plan);
    const tally = await started.result();
    await started.serving.stop();
    expect(tally).toEqual({ cached: 0, done: 5, failed: 0, blocked: 0, skipped: 3, cancelled: 0 });
    const { events } = await started.store.events(started.reference.run);
    expect(events.find(event => event.event === 'cell-ended' && event.verdict !== undefined)).toMatchObject({
      verdict: 'fail',
    });
    expect(events.at(-1)).toMatchObject({ event: 'run-ended', state: 'done' });
  });

  test('one branch of the widest fan-out goes to its end before the others begin', async () => {
    const plan = planOf(`
study: fan
axes: { seed: { count: 6 } }
steps:
  world: { use: make-world, with: { facts: 9, pretraining_rows: 4, coupling_rows: 20, sft_rows: 4, pair_rows: 4, advice_rows: 4 }, seed: { world: "\${seed}", pretraining: 0 } }
  kept: { use: select-rows, in: { rows: world.sft } }
  last: { use: subset-rows, in: { rows: kept }, seed: { subset: 0 } }
`);
    const log: string[] = [];
    const started = await startRun(rig(), plan, counting(log));
    await started.result();
    await started.serving.stop();
    expect(log.slice(0, 3)).toEqual(['world[seed=0]', 'kept[seed=0]', 'last[seed=0]']);
    expect(log).toHaveLength(18);
  });

  test('a paused run starts nothing new and goes on when told', async () => {
    const plan = planOf(`
study: pausing
axes: { i: { count: 4 } }
steps:
  one: { use: no-op, over: [i] }
  two: { use: no-op, in: { parts: one } }
  three: { use: no-op, in: { parts: two } }
`);
    const log: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>(resolve => (release = resolve));
    const started = await startRun(
      rig(),
      plan,
      counting(log, name => (name.startsWith('one') ? held : Promise.resolve())),
    );
    const handle = rig().client.workflow.getHandle(started.workflowId);
    await until(() => log.length === 4);
    await handle.signal('pause');
    await until(async () => (await handle.query<{ paused: boolean }>('progress')).paused);
    // The branch hears it from the run, a moment later.
    const branch = rig().client.workflow.getHandle(`${started.workflowId}/branch-0`);
    await until(async () => {
      const { events } = await branch.fetchHistory();
      return (events ?? []).some(event => event.workflowExecutionSignaledEventAttributes?.signalName === 'pause');
    });
    release();
    await new Promise(resolve => setTimeout(resolve, 700));
    expect(log).toHaveLength(4);
    await handle.signal('resume');
    expect((await started.result()).done).toBe(12);
    await started.serving.stop();
    const { events } = await started.store.events(started.reference.run);
    expect(events.flatMap(({ event }) => (event.startsWith('run-') ? [event] : []))).toEqual([
      'run-paused',
      'run-resumed',
      'run-ended',
    ]);
  });

  test('a cancelled run ends every cell: done, or cancelled', async () => {
    const plan = planOf(`
study: cancelling
axes: { i: { count: 4 } }
steps:
  one: { use: no-op, over: [i], with: { sleep: 30 } }
  two: { use: no-op, in: { parts: one } }
`);
    const log: string[] = [];
    const started = await startRun(rig(), plan, counting(log));
    await until(() => log.length === 4);
    await rig().client.workflow.getHandle(started.workflowId).cancel();
    const tally = await started.result();
    await started.serving.stop();
    expect(tally).toMatchObject({ done: 0, failed: 0, cancelled: 8 });
    const { events } = await started.store.events(started.reference.run);
    expect(events.at(-1)).toMatchObject({ event: 'run-ended', state: 'cancelled' });
  }, 60_000);
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 20_000; waited += 50) {
    if (await holds()) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error('it never happened');
}
