import { describe, expect, test } from 'vitest';
import { describeEnd } from '../../../activities/cell-end.ts';
import type { RunEvent } from '../../../schemas/run.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { describeMissing, missingCells } from '../../../worker/run/missing-result.ts';
import { writeReport } from '../../../worker/run/write-report.ts';
import { attempt, cellNamed, dependencies, newRun, planOf } from '../../activities/rig.ts';

const plan = planOf(`
study: holes
axes: { i: { count: 5 } }
steps:
  part: { use: no-op, over: [i] }
  join: { use: no-op, over: [], in: { parts: { from: part, quorum: 0.2 } }, with: { bytes: 1 } }
report:
  sections:
    - { title: Parts, table: { from: part, columns: [i, parts] } }
`);
const at = '2026-01-01T00:00:00.000Z';

/** One part is there; the others failed, were blocked, were skipped, or have not run. */
async function runWithHoles() {
  const store = createMemoryStore();
  const { run } = await newRun(store, plan);
  const record = (await store.run(run))!;
  const part = (i: number) => cellNamed(plan, `part[i=${i}]`).index;
  await attempt(dependencies(store), run, cellNamed(plan, 'part[i=0]'));
  const events: RunEvent[] = [
    { event: 'cell-ended', at, cell: part(0), state: 'done', seconds: 1 },
    { event: 'cell-ended', at, cell: part(1), state: 'failed', class: 'diverged', reason: 'the loss is NaN' },
    { event: 'cell-ended', at, cell: part(2), state: 'blocked', reason: 'needs base' },
    { event: 'cell-ended', at, cell: part(3), state: 'skipped', reason: 'ruled out by gates.H1' },
  ];
  await store.appendEvents(run, events);
  return { store, run, record };
}

const reasons = [
  'it failed (diverged): the loss is NaN',
  'it was blocked: needs base',
  'it was skipped: ruled out by gates.H1',
  'it has not run',
];

describe('cells without a result', () => {
  test('are found, each with how it ended', async () => {
    const { store, record } = await runWithHoles();
    const missing = await missingCells(
      store,
      record,
      plan.cellList.filter(({ step }) => step === 'part'),
    );
    const said = await Promise.all(missing.map(cell => describeMissing(store, record, cell)));
    expect(said).toEqual(reasons.map((reason, index) => `part[i=${index + 1}] has no result in holes-1: ${reason}`));
  });

  test('are in the record of what did without them, with the reason', async () => {
    const { store, run } = await runWithHoles();
    const join = cellNamed(plan, 'join');
    expect(await attempt(dependencies(store), run, join)).toMatchObject({ ended: { state: 'done' } });
    const record = (await store.record(join.key, run))!;
    expect(record.partial).toBe(true);
    expect(record.inputs['parts']!.missing.map(({ at: place, reason }) => [place, reason])).toEqual(
      reasons.map((reason, index) => [[index + 1], reason]),
    );
  });

  test('are named in the report, with the reason', async () => {
    const { store, run, record } = await runWithHoles();
    const report = plan.cellList.find(({ use }) => use === 'report')!;
    expect(await attempt(dependencies(store), run, report)).toMatchObject({ ended: { state: 'done' } });
    const { model } = await writeReport(store, record);
    const text = JSON.stringify(model.sections);
    for (const [index, reason] of reasons.entries()) {
      expect(text).toContain(`part[i=${index + 1}]`);
      expect(text).toContain(reason);
    }
  });
});

test('a cell that has not ended is said to be so', () => {
  expect(describeEnd({ state: 'running' })).toBe('it is running');
  expect(describeEnd({ state: 'waiting', reason: 'preempted' })).toBe('it has not run: preempted');
  expect(describeEnd({ state: 'cancelled' })).toBe('it was cancelled');
});
