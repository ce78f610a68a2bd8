import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../../schemas/run.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { markProcess } from '../../../store/process-life.ts';
import { explanationLines } from '../../../worker/cli/explanation-lines.ts';
import { beginRun } from '../../../worker/run/begin-run.ts';
import { explainCell } from '../../../worker/run/explain-cell.ts';
import { cellNamed, newRun, planOf } from '../../activities/rig.ts';

const plan = planOf(`
study: told
axes: { i: { count: 7 } }
steps:
  early: { use: no-op, over: [i] }
  late: { use: no-op, in: { parts: early } }
  join: { use: no-op, over: [], in: { parts: late } }
`);
const at = '2026-01-01T00:00:00.000Z';
const indexOf = (name: string) => cellNamed(plan, name).index;
const done = (name: string): RunEvent => ({ event: 'cell-ended', at, cell: indexOf(name), state: 'done', seconds: 1 });

async function told(name: string, events: readonly RunEvent[], interrupted = false) {
  const store = createMemoryStore();
  const { record } = await beginRun(store, { plan, file: 'study.yaml', set: [] });
  await store.appendEvents(record.run, events);
  const cell = cellNamed(plan, name);
  const explanation = await explainCell(store, { run: record, cells: plan.cellList, cell, interrupted });
  const lines = explanationLines(explanation, picocolors.createColors(false), 80);
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
  return { ...explanation, text: lines.join('\n') };
}

test('a cell waits for the cells that have not ended', async () => {
  const { waits, text } = await told('join', [
    done('late[i=0]'),
    { event: 'cell-started', at, cell: indexOf('late[i=1]'), attempt: 1 },
  ]);
  expect(waits).toMatchObject([
    { for: 'cells', open: 6, first: [{ cell: 'late[i=1]', state: 'running' }, {}, {}, {}, {}] },
  ]);
  expect(text).toContain('waits      for late[i=1] (running), late[i=2] (waiting)');
  expect(text).toMatch(/and 1 more/);
});

test('a cell waits for the lease that another one holds, and for its back-off', async () => {
  const cell = indexOf('late[i=0]');
  const owner = { host: 'node7', pid: 12, purpose: 'other-3 late' };
  const held = await told('late[i=0]', [done('early[i=0]'), { event: 'cell-waiting', at, cell, owner, until: at }]);
  expect(held.waits).toEqual([{ for: 'lease', holder: 'other-3 late (node7, process 12) is at it', until: at }]);
  expect(held.reason).toBe('other-3 late (node7, process 12) is at it');
  const failed: RunEvent = {
    event: 'cell-attempt-failed',
    at,
    cell,
    class: 'quota',
    message: 'no room',
    retry_in: 300,
  };
  const back = await told('late[i=0]', [done('early[i=0]'), failed]);
  expect(back.waits).toEqual([{ for: 'back-off', until: '2026-01-01T00:05:00.000Z' }]);
  expect(back.attempts).toEqual([{ at, class: 'quota', message: 'no room', retry_in: 300 }]);
  expect(back.text).toContain('attempt    failed (quota): no room; again after 5 min 00 s');
});

test('a light cell at work, of which the log has progress alone, waits for nothing', async () => {
  const progress: RunEvent = { event: 'cell-progress', at, cell: indexOf('late[i=0]'), step: 200, steps: 4000 };
  const { waits, text } = await told('late[i=0]', [done('early[i=0]'), progress]);
  expect(waits).toEqual([{ for: 'its own end', step: 200, steps: 4000 }]);
  expect(text).toContain('waits      for nothing: it is at work, at 200 of 4,000');
});

test('a cell whose inputs are there waits for room since the last of them came, and for whoever paused or left the run', async () => {
  const later = new Date(Date.now() + 5000).toISOString();
  const room = await told('late[i=2]', [{ ...done('early[i=2]'), at: later }]);
  expect(room.waits).toEqual([{ for: 'room', since: later }]);
  const begun: RunEvent = { event: 'run-started', at: later, process: markProcess() };
  const paused = await told('late[i=2]', [done('early[i=2]'), begun, { event: 'run-paused', at: later }], true);
  expect(paused.waits.map(wait => wait.for)).toEqual([
    'somebody to go on with the run',
    'the run to be resumed',
    'room',
  ]);
});

test('what was decided by another cell leads to where it began; a long way is told by its ends', async () => {
  const long = planOf(`
study: long
steps:
  a: { use: no-op }
${'bcdefghijk'
  .split('')
  .map((step, index) => `  ${step}: { use: no-op, in: { parts: ${'abcdefghij'[index]} } }`)
  .join('\n')}
`);
  const store = createMemoryStore();
  const { record } = await beginRun(store, { plan: long, file: 'study.yaml', set: [] });
  await store.appendEvents(record.run, [
    { event: 'cell-ended', at, cell: 0, state: 'failed', class: 'diverged', reason: 'the loss is NaN' },
    ...long.cellList
      .slice(1)
      .map(({ index }): RunEvent => ({ event: 'cell-ended', at, cell: index, state: 'blocked', because: index - 1 })),
  ]);
  const cell = cellNamed(long, 'k');
  const explanation = await explainCell(store, { run: record, cells: long.cellList, cell, interrupted: false });
  expect(explanation.chain.map(link => link.cell).join('')).toBe('jihgfedcba');
  const text = explanationLines(explanation, picocolors.createColors(false), 80);
  expect(text.filter(line => line.startsWith('because'))).toEqual([
    ...['j', 'i', 'h', 'g', 'f'].map(step => `because    ${step} blocked`),
    'because    … 4 cells further up: a failed (diverged): the loss is NaN',
  ]);
});

test('a cell that a gate ruled out names the gate’s verdict and its cell', async () => {
  const reason = 'ruled out by gates.H1 (pass)';
  const { chain, text } = await told('join', [
    { event: 'cell-ended', at, cell: indexOf('late[i=3]'), state: 'done', verdict: 'pass' },
    { event: 'cell-ended', at, cell: indexOf('join'), state: 'skipped', because: indexOf('late[i=3]'), reason },
  ]);
  expect(chain).toMatchObject([{ cell: 'late[i=3]', state: 'done' }]);
  expect(text).toContain(`skipped    ${reason}\nbecause    late[i=3] done`);
});

test('what was not written down is not made up', async () => {
  const store = createMemoryStore();
  const { run } = await newRun(store, plan);
  const record = (await store.run(run))!;
  const cell = cellNamed(plan, 'join');
  const explanation = await explainCell(store, { run: record, cells: plan.cellList, cell, interrupted: false });
  expect(explanation.planned).toBeNull();
  expect(explanationLines(explanation, picocolors.createColors(false), 80).join('\n')).toContain(
    'nothing was written down',
  );
});
