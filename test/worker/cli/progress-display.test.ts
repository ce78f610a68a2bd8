import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CellRecord } from '../../../schemas/cell-record.ts';
import type { RunEvent } from '../../../schemas/run.ts';
import { axisLine, axisProgress, indexAxes } from '../../../worker/cli/axis-progress.ts';
import { failureLines } from '../../../worker/cli/failure-lines.ts';
import { createProgressDisplay } from '../../../worker/cli/progress-display.ts';
import { progressRate } from '../../../worker/cli/progress-rate.ts';
import { indexSteps, stepLines } from '../../../worker/cli/step-progress.ts';
import { createRunView } from '../../../worker/run/run-view.ts';
import { createSavedWork } from '../../../worker/run/saved-work.ts';
import { planOf } from '../../activities/rig.ts';
import { recordedTerminal } from './recorded-terminal.ts';

const { cellList: cells } = planOf(`
study: shown
axes: { i: { count: 10 }, arm: [top, random] }
steps:
  root: { use: no-op }
  left: { use: no-op, over: [i, arm], in: { parts: root }, with: { bytes: 1 } }
  join: { use: no-op, over: [], in: { parts: left } }
`);
const at = '2026-01-01T00:00:00.000Z';
const lefts = cells.filter(({ step }) => step === 'left').map(({ index }) => index);

const done = (cell: number, seconds = 2): RunEvent => ({ event: 'cell-ended', at, cell, state: 'done', seconds });
const failed = (cell: number, reason = 'no room'): RunEvent => ({
  event: 'cell-ended',
  at,
  cell,
  state: 'failed',
  class: 'user',
  reason,
});
const started = (cell: number): RunEvent => ({ event: 'cell-started', at, cell, attempt: 1 });

function displayed(options: { width?: number; live?: boolean } = {}) {
  const terminal = recordedTerminal(options);
  const view = createRunView(cells.length);
  const display = createProgressDisplay(terminal, { run: 'shown-1', cells, view, slots: 2 });
  const feed = (...events: RunEvent[]) => {
    view.apply(events);
    display.update(events);
  };
  return { terminal, view, display, feed };
}

beforeEach(() => void vi.useFakeTimers({ now: Date.parse(at) }));
afterEach(() => void vi.useRealTimers());

describe('in a pipe', () => {
  test('a line is said now and then, never redrawn', () => {
    const { terminal, feed, display } = displayed();
    feed(done(0));
    expect(terminal.told).toEqual([]);
    vi.advanceTimersByTime(10_000);
    feed(done(lefts[0]!));
    feed(done(lefts[1]!));
    display.end();
    expect(terminal.told).toEqual(['2 of 22 cells  2 made  12 cells/min']);
    expect(terminal.drawn).toEqual([]);
  });

  test('a hundred failures alike are told three times and then counted', () => {
    const { terminal, feed } = displayed();
    feed(...lefts.map(cell => failed(cell)));
    expect(terminal.told).toEqual([
      'failed   left[i=0, arm=top] (user): no room',
      'failed   left[i=0, arm=random] (user): no room',
      'failed   left[i=1, arm=top] (user): no room',
      'failed   more than 3 cells of left alike: from here on they are only counted',
    ]);
    feed(failed(lefts[0]!, 'another mistake'));
    expect(terminal.told.at(-1)).toBe('failed   left[i=0, arm=top] (user): another mistake');
  });

  test('attempts that somebody can do something about, pauses and lost branches are told', () => {
    const { terminal, feed } = displayed();
    feed(
      { event: 'cell-attempt-failed', at, cell: 0, class: 'preempted', message: 'gone', retry_in: 5 },
      { event: 'cell-attempt-failed', at, cell: 0, class: 'quota', message: 'full', retry_in: 5 },
      { event: 'run-paused', at },
      { event: 'run-resumed', at },
      { event: 'branch-failed', at, branch: 1, message: 'internal: a bug' },
    );
    expect(terminal.told).toEqual([
      'attempt  root (quota): full; again in 5.0 s',
      'paused',
      'going on',
      'a part of the run broke: internal: a bug',
    ]);
  });
});

describe('on a terminal', () => {
  test('counts, steps along an axis and running cells are redrawn in place, within the width', () => {
    const { terminal, feed, display } = displayed({ live: true, width: 60 });
    feed(done(0), started(lefts[0]!), {
      event: 'cell-progress',
      at,
      cell: lefts[0]!,
      step: 10,
      steps: 50,
      loss: 1.25,
    });
    expect(terminal.drawn).toEqual([
      [
        '1 of 22 cells  1 made  1 running',
        '  left  0/20  arm  top 0/10  random 0/10',
        '  1 step complete, 1 step not begun',
        '  left[i=0, arm=top]  10/50  loss 1.25\n',
      ].join('\n'),
    ]);
    feed(done(lefts[0]!));
    expect(terminal.drawn[1]).toBe('\u001B[4A\u001B[0J');
    expect(terminal.drawn[2]).toContain('2 of 22 cells  2 made');
    display.end();
    expect(terminal.drawn.at(-1)).toBe('\u001B[4A\u001B[0J');
    for (const text of terminal.drawn) for (const line of text.split('\n')) expect(line.length).toBeLessThan(60);
  });

  test('what is said goes above what is redrawn', () => {
    const { terminal, feed } = displayed({ live: true });
    feed(started(lefts[0]!));
    const before = terminal.drawn.length;
    feed(failed(lefts[0]!));
    expect(terminal.drawn[before]).toBe('\u001B[4A\u001B[0J');
    expect(terminal.told).toHaveLength(1);
    expect(terminal.drawn.at(-1)).toContain('1 failed');
  });

  test('more running cells than fit are counted', () => {
    const { terminal, feed } = displayed({ live: true });
    feed(...lefts.slice(0, 9).map(started));
    expect(terminal.drawn.at(-1)).toContain('  and 3 more cells\n');
  });
});

test('what is left is the mean of the finished cells of a kind for each that waits, over the slots', () => {
  const view = createRunView(cells.length);
  const rate = progressRate({ cells, view, slots: 2 });
  const feed = (events: readonly RunEvent[]) => {
    view.apply(events);
    rate.sample(events);
  };
  feed(lefts.slice(0, 4).map(cell => done(cell, 3)));
  expect(rate.remaining()).toBeUndefined();
  feed([done(lefts[4]!, 8)]);
  feed([done(lefts[4]!, 8)]);
  // (4 · 3 s + 8 s) / 5 = 4 s for each of the 17 that wait, two at a time.
  expect(rate.remaining()).toBeCloseTo((17 * 4) / 2, 10);
});

describe('what is shown beside the counts', () => {
  test('a question stays in sight with the command that answers it, until it is answered or nothing waits', () => {
    const { terminal, feed } = displayed({ live: true });
    const asked: RunEvent = {
      event: 'approval-awaited',
      at,
      name: 'left',
      question: 'Is root fine?',
      ranges: [[1, 3]],
    };
    feed(done(0), asked);
    expect(terminal.told).toEqual([]);
    expect(terminal.drawn.at(-1)).toContain(
      'approve  left (3 cells): Is root fine?\n         espalier approve shown-1 left\n',
    );
    feed({ event: 'cell-ended', at, cell: 2, state: 'cancelled' });
    expect(terminal.drawn.at(-1)).toContain('left (2 cells)');
    feed({ event: 'approval-decided', at, name: 'left', decision: 'approved', by: 'ann@here', reason: 'it is' });
    expect(terminal.drawn.at(-1)).not.toContain('espalier approve');
    expect(terminal.told).toEqual(['left was approved by ann@here: it is']);
  });

  test('in a pipe the question is told once, and what happened before anybody looked is not told again', () => {
    const { terminal, view, feed, display } = displayed();
    const asked = (cell: number): RunEvent => ({ event: 'approval-awaited', at, name: 'left', ranges: [[cell, cell]] });
    feed(asked(1), asked(2));
    expect(terminal.told).toEqual(['approve  left waits for a person\n         espalier approve shown-1 left']);
    const late = [failed(lefts[9]!), asked(3)];
    view.apply(late);
    display.catchUp(late);
    expect(terminal.told.slice(1)).toEqual([
      '1 of 22 cells  1 failed',
      'approve  left (3 cells) waits for a person',
      '         espalier approve shown-1 left',
    ]);
  });

  test('failures are counted by class, attempts that were made again apart', () => {
    const { feed, display } = displayed();
    const attempt: RunEvent = { event: 'cell-attempt-failed', at, cell: 1, class: 'quota', message: 'full' };
    feed(failed(lefts[0]!), failed(lefts[1]!), attempt);
    expect(display.lines()).toContain('failed: 2 user; tried again: 1 quota');
  });

  test('the pace is told by the minute or the hour, with the work that is left and that was saved', async () => {
    const terminal = recordedTerminal();
    const view = createRunView(cells.length);
    const store = { record: () => Promise.resolve({ seconds: 5400 } as CellRecord) };
    const saved = createSavedWork(store, 'shown-1', cells);
    const display = createProgressDisplay(terminal, { run: 'shown-1', cells, view, saved });
    vi.setSystemTime(Date.parse(at) + 1_800_000);
    const events = [
      { event: 'cells-cached', at, ranges: [[0, 0]] } satisfies RunEvent,
      ...lefts.slice(0, 5).map(cell => done(cell, 3600)),
    ];
    view.apply(events);
    display.catchUp(events);
    await saved.settled();
    // 15 left and the join at an hour each; five hours of work were done in half an hour: ten at once.
    expect(display.lines().slice(1, 3)).toEqual([
      '10 cells/h  about 1 h 36 min left',
      'work: 16 h 00 min left, 1 h 30 min saved by the cache',
    ]);
  });
});

test('steps under way are listed along the finest axis that fits, the others counted', () => {
  const view = createRunView(cells.length);
  view.apply([done(0), ...lefts.slice(0, 3).map(cell => done(cell))]);
  expect(stepLines(indexSteps(cells), view, 78)).toEqual([
    'left  3/20  arm  top 2/10  random 1/10',
    '1 step complete, 1 step not begun',
  ]);
  expect(stepLines(indexSteps(cells), view, 120)[0]).toMatch(/^left {2}3\/20 {2}i {2}0 2\/2 {2}1 1\/2 {2}2 0\/2/);
  expect(stepLines(indexSteps(cells), view, 30)[0]).toBe('left  3/20  arm  0 of 2 complete');
});

describe('axes', () => {
  test('every way of ending counts as ended, for each value', () => {
    const view = createRunView(cells.length);
    const ends = ['done', 'cached', 'failed', 'blocked', 'skipped', 'cancelled'] as const;
    view.apply(ends.map((state, index) => ({ event: 'cell-ended', at, cell: lefts[2 * index]!, state })));
    view.apply([started(lefts[1]!)]);
    const [i, arm] = axisProgress(indexAxes(cells), view);
    expect(arm).toEqual({
      axis: 'arm',
      values: [
        { value: 'top', ended: 6, cells: 10 },
        { value: 'random', ended: 0, cells: 10 },
      ],
    });
    expect(i!.values.map(({ ended }) => ended)).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
  });

  test('values that do not fit the line are counted by those that are complete', () => {
    const values = Array.from({ length: 40 }, (_, value) => ({ value: String(value), cells: 2, ended: value % 3 }));
    expect(axisLine({ axis: 'subset', values }, 80)).toBe('subset  13 of 40 complete');
    expect(axisLine({ axis: 'arm', values: values.slice(0, 2) }, 80)).toBe('arm  0 0/2  1 1/2');
  });
});

describe('failures at the end', () => {
  const lines = (events: readonly RunEvent[], width = 80) => {
    const view = createRunView(cells.length);
    view.apply(events);
    return failureLines({ cells, view }, recordedTerminal().paint, width);
  };

  test('cells that failed alike are one line with a count and the first names', () => {
    expect(lines(lefts.map(cell => failed(cell)))).toEqual([
      'failed  20 cells of left (user): left[i=0, arm=top], left[i=0, arm=random],',
      '        left[i=1, arm=top] and 17 more',
      '        no room',
    ]);
    expect(lines([failed(lefts[3]!, 'first line\n  second')])).toEqual([
      'failed  left[i=1, arm=random] (user)',
      '        first line',
      '          second',
    ]);
  });

  test('another message is another line; beyond ten kinds, and in long messages, the rest is counted', () => {
    expect(lines(lefts.map(cell => failed(cell, `seed ${cell}`))).at(-1)).toBe(
      '        and 10 more failed cells with 10 other messages',
    );
    const long = Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n');
    const shown = lines([failed(0, long)]);
    expect(shown).toHaveLength(14);
    expect(shown.at(-1)).toBe('        … 28 more lines');
    expect(lines([])).toEqual([]);
  });
});
