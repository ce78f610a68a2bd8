import fc from 'fast-check';
import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../schemas/run.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { markProcess } from '../../../store/process-life.ts';
import { readRunView, shownState } from '../../../worker/run/read-run-view.ts';
import { createRunView } from '../../../worker/run/run-view.ts';
import { newRun, planOf } from '../../activities/rig.ts';

const at = '2026-01-01T00:00:00.000Z';
const later = '2026-01-01T01:00:00.000Z';
const begin = (process = markProcess()): RunEvent => ({ event: 'run-started', at, process });

const viewOf = (cells: number, ...events: RunEvent[]) => {
  const view = createRunView(cells);
  view.apply(events);
  return view;
};

describe('a run by its log', () => {
  test('every cell is counted once, in the state it is in now', () => {
    const view = viewOf(
      6,
      begin(),
      { event: 'cells-cached', at, ranges: [[0, 1]] },
      { event: 'cell-started', at, cell: 2, attempt: 1 },
      { event: 'cell-started', at, cell: 3, attempt: 1 },
      { event: 'cell-ended', at, cell: 3, state: 'failed', class: 'diverged', reason: 'NaN' },
      { event: 'cell-ended', at, cell: 4, state: 'blocked', reason: 'needs a' },
    );
    expect(view.counts()).toEqual({
      waiting: 1,
      running: 1,
      cached: 2,
      done: 0,
      failed: 1,
      blocked: 1,
      skipped: 0,
      cancelled: 0,
    });
    expect(view.cell(3)).toEqual({ state: 'failed', class: 'diverged', reason: 'NaN' });
    expect(view.cell(5)).toEqual({ state: 'waiting' });
  });

  test('counts add up to the cells, whatever the log says in whatever order', () => {
    const cell = fc.integer({ min: 0, max: 7 });
    const event = fc.oneof(
      cell.map((index): RunEvent => ({ event: 'cell-started', at, cell: index, attempt: 1 })),
      cell.map((index): RunEvent => ({ event: 'cell-progress', at, cell: index, step: 1, steps: 2 })),
      cell.map((index): RunEvent => ({ event: 'cells-cached', at, ranges: [[0, index]] })),
      cell.map((index): RunEvent => ({ event: 'cell-attempt-failed', at, cell: index, class: 'quota', message: 'x' })),
      fc
        .tuple(cell, fc.constantFrom('done', 'failed', 'blocked', 'skipped', 'cancelled', 'cached' as const))
        .map(([index, state]): RunEvent => ({ event: 'cell-ended', at, cell: index, state })),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), events => {
        const view = viewOf(8, ...events);
        const counts: Record<string, number> = {};
        for (let index = 0; index < 8; index += 1) {
          const { state } = view.cell(index);
          counts[state] = (counts[state] ?? 0) + 1;
        }
        for (const [state, number] of Object.entries(view.counts())) expect(number).toBe(counts[state] ?? 0);
      }),
    );
  });

  test('cells that a rerun leaves stand as they did, until somebody makes them', () => {
    const left: RunEvent = {
      event: 'cells-left',
      at,
      state: 'failed',
      class: 'user',
      reason: 'left',
      ranges: [[0, 1]],
    };
    const view = viewOf(3, begin(), left, { event: 'cells-cached', at, ranges: [[1, 1]] });
    expect(view.counts()).toMatchObject({ waiting: 1, failed: 1, cached: 1 });
    expect(view.cell(0)).toEqual({ state: 'failed', class: 'user', reason: 'left' });
    expect(view.cell(1)).toEqual({ state: 'cached' });
  });

  test('a cell that others are at waits for them, until it starts', () => {
    const owner = { host: 'node7', pid: 12, purpose: 'other-3 work' };
    const held: RunEvent = { event: 'cell-waiting', at, cell: 0, owner, until: later };
    expect(viewOf(1, begin(), held).cell(0)).toEqual({
      state: 'waiting',
      reason: 'other-3 work (node7, process 12) is at it',
    });
    expect(viewOf(1, begin(), held, { event: 'cell-started', at, cell: 0, attempt: 2 }).cell(0).state).toBe('running');
  });

  test('what this run made stays made when it is found recorded afterwards', () => {
    const view = viewOf(
      1,
      { event: 'cell-ended', at, cell: 0, state: 'done', seconds: 3 },
      { event: 'cells-cached', at, ranges: [[0, 0]] },
      { event: 'cell-ended', at, cell: 0, state: 'cached' },
    );
    expect(view.cell(0)).toEqual({ state: 'done', seconds: 3 });
    expect(view.counts()).toMatchObject({ done: 1, cached: 0 });
  });

  test('a failed attempt puts the cell back to waiting and is remembered', () => {
    const view = viewOf(
      1,
      { event: 'cell-started', at, cell: 0, attempt: 1 },
      { event: 'cell-attempt-failed', at: later, cell: 0, class: 'preempted', message: 'gone', retry_in: 1 },
    );
    expect(view.cell(0)).toEqual({ state: 'waiting', reason: 'gone' });
    expect(view.attempts()).toEqual([{ at: later, cell: 0, class: 'preempted', message: 'gone', lost: 0 }]);
  });

  test('a run that is taken up again runs again, from its first start', () => {
    const view = viewOf(
      1,
      begin(),
      { event: 'run-ended', at: later, state: 'failed' },
      { ...begin(), at: later },
      { event: 'run-paused', at: later },
    );
    expect([view.state(), view.started(), view.ended()]).toEqual(['paused', at, undefined]);
  });
});

describe('the state that is shown', () => {
  const plan = planOf('study: shown\nsteps: { only: { use: no-op } }\n');
  const gone = { ...markProcess(), pid: 2 ** 22 + 1 };
  const elsewhere = { host: `not-${hostname()}`, pid: 1 };
  const cases: readonly (readonly [string, readonly RunEvent[], boolean, string])[] = [
    ['a run without events is new', [], false, 'new'],
    ['a run that a living process is at runs', [begin()], false, 'running'],
    ['a run whose process is gone is interrupted', [begin(gone)], false, 'interrupted'],
    [
      'a paused run whose process is gone is interrupted',
      [begin(gone), { event: 'run-paused', at }],
      false,
      'interrupted',
    ],
    ['a run whose process is gone runs under `espalier up`', [begin(gone)], true, 'running'],
    ['a run of another machine, which cannot be asked, runs', [begin(gone), begin(elsewhere)], false, 'running'],
    ['a run that ended stays as it ended', [begin(gone), { event: 'run-ended', at, state: 'failed' }], false, 'failed'],
  ];
  test.each(cases)('%s', async (_, events, served, state) => {
    const store = createMemoryStore();
    const { run } = await newRun(store, plan);
    await store.appendEvents(run, events);
    const view = await readRunView(store, run, 1);
    expect(await shownState(store, { run, view, served })).toBe(state);
  });
});

test('a cell that came out otherwise the second time is told once, and stays as it is', () => {
  const outputs = { out: { recorded: null, again: null } };
  const view = viewOf(
    2,
    begin(),
    { event: 'cell-ended', at, cell: 1, state: 'done', seconds: 1 },
    { event: 'nondeterminism', at, cell: 1, outputs },
    { event: 'nondeterminism', at: later, cell: 1, outputs },
  );
  expect(view.differing()).toEqual([1]);
  expect(view.cell(1).state).toBe('done');
});
