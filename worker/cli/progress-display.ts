/** A run under way, for people: a few lines redrawn on a terminal, a line now and then in a pipe. */
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import type { RunEvent } from '../../schemas/run.ts';
import type { RunView } from '../run/run-view.ts';
import type { SavedWork } from '../run/saved-work.ts';
import { awaitedLines } from './awaited-lines.ts';
import { failureClassCounts, failureClassLine } from './failure-classes.ts';
import { count, duration, figure, grouped } from './quantities.ts';
import { createNotices } from './progress-notices.ts';
import { type ProgressRate, progressRate } from './progress-rate.ts';
import { indexSteps, stepLines } from './step-progress.ts';
import type { Terminal } from './terminal.ts';
import { wrapText } from './wrap-text.ts';
import { clip } from '../../planner/display-width.ts';

export interface ProgressDisplay {
  readonly update: (events: readonly RunEvent[]) => void;
  /** Takes in what happened before anybody looked: nothing of it is told, but what waits for a person now. */
  readonly catchUp: (events: readonly RunEvent[]) => void;
  /** As it stands now, to be printed once. */
  readonly lines: () => string[];
  /** Clears what is redrawn; lines that were said stay. */
  readonly end: () => void;
}

export interface DisplayedRun {
  readonly run: string;
  readonly cells: readonly PlanCell[];
  readonly view: RunView;
  /** Undefined where another machine works: then estimates go by what was at work at once lately. */
  readonly slots?: number;
  readonly saved?: SavedWork;
}

/** In a pipe a line this often is enough to see that it lives. */
const plainSeconds = 10;
/** Drawing goes through every cell; with this many of them, once a second is often enough. */
const manyCells = 10_000;
const manyCellsSeconds = 1;
/** Running cells listed at most. */
const listed = 6;

export function createProgressDisplay(terminal: Terminal, run: DisplayedRun): ProgressDisplay {
  const { cells, view } = run;
  const steps = indexSteps(cells);
  const rate = progressRate(run);
  const notices = createNotices(new Map(cells.map(cell => [cell.index, cell])), run.run);
  let drawn = 0;
  let lastPlain = performance.now();
  let lastDraw = Number.NEGATIVE_INFINITY;
  const drawSeconds = cells.length > manyCells ? manyCellsSeconds : 0;

  const erase = () => {
    if (drawn > 0) terminal.draw(`\u001B[${drawn}A\u001B[0J`);
    drawn = 0;
  };
  const lines = () => {
    const width = terminal.width() - 1;
    const classes = failureClassLine(failureClassCounts(cells, view));
    return [
      headline(view, cells.length),
      paceLine(rate),
      workLine(rate, run.saved),
      ...(classes === undefined ? [] : [classes]),
      ...stepLines(steps, view, width - 2).map(line => `  ${line}`),
      ...view.awaited().flatMap(each => awaitedLines(run.run, each).flatMap(line => wrapText(line, width))),
      ...runningLines(cells, view),
    ].flatMap(line => (line === '' ? [] : [clip(line, 0, width)]));
  };
  const draw = () => {
    const now = lines();
    erase();
    terminal.draw(`${now.join('\n')}\n`);
    drawn = now.length;
  };
  const say = (line: string) => {
    erase();
    terminal.say(line);
  };
  const sample = (events: readonly RunEvent[]) => {
    rate.sample(events);
    run.saved?.sample(events);
  };
  const update = (events: readonly RunEvent[]) => {
    sample(events);
    for (const event of events) {
      // On a terminal the question stays in sight until it is answered.
      const line = terminal.live && event.event === 'approval-awaited' ? undefined : notices(event);
      if (line !== undefined) say(line);
    }
    const now = performance.now();
    if (terminal.live && now - lastDraw >= drawSeconds * 1000) {
      lastDraw = now;
      draw();
    } else if (!terminal.live && now - lastPlain >= plainSeconds * 1000) {
      lastPlain = now;
      terminal.say([headline(view, cells.length), paceLine(rate)].filter(line => line !== '').join('  '));
    }
  };
  const catchUp = (events: readonly RunEvent[]) => {
    sample(events);
    if (terminal.live) draw();
    else {
      terminal.say([headline(view, cells.length), paceLine(rate)].filter(line => line !== '').join('  '));
      for (const each of view.awaited()) for (const line of awaitedLines(run.run, each)) terminal.say(line);
    }
  };
  return { update, catchUp, lines, end: erase };
}

function runningLines(cells: readonly PlanCell[], view: RunView): string[] {
  const now = cells.filter(cell => view.cell(cell.index).state === 'running');
  const lines = now
    .slice(0, listed)
    .map(cell => `  ${cellName(cell.step, cell.at)}  ${progressText(view, cell)}`.trimEnd());
  return now.length > listed ? [...lines, `  and ${count(now.length - listed, 'more cell')}`] : lines;
}

/** `38 cells/min  about 1 min 20 s left`. */
function paceLine(rate: ProgressRate): string {
  const [pace, remaining] = [rate.perMinute(), rate.remaining()];
  const parts = [
    pace === undefined ? '' : paceText(pace),
    remaining === undefined ? '' : `about ${duration(remaining)} left`,
  ];
  return parts.filter(part => part !== '').join('  ');
}

/** `work: 2 h 06 min left, 3 h 24 min saved by the cache`: as if one cell were made after the other. */
function workLine(rate: ProgressRate, saved: SavedWork | undefined): string {
  const [left, spared] = [rate.work(), saved?.seconds() ?? 0];
  const parts = [
    ...(left === undefined ? [] : [`${duration(left)} left`]),
    ...(spared === 0 ? [] : [`${duration(spared)} saved by the cache`]),
  ];
  return parts.length === 0 ? '' : `work: ${parts.join(', ')}`;
}

/** By the minute, or by the hour where that is less than one. */
function paceText(perMinute: number): string {
  return perMinute >= 1
    ? `${figure(Math.round(perMinute))} cells/min`
    : `${figure(Math.round(60 * perMinute))} cells/h`;
}

/** `412 of 1,001 cells  380 made, 32 cached, 2 failed  2 running  paused`. */
function headline(view: RunView, total: number): string {
  const { waiting, running, cached, done, failed, blocked, skipped, cancelled } = view.counts();
  const ended = total - waiting - running;
  const states = [
    [done, 'made'],
    [cached, 'cached'],
    [failed, 'failed'],
    [blocked, 'blocked'],
    [skipped, 'skipped'],
    [cancelled, 'cancelled'],
  ] as const;
  const counts = states.filter(([number]) => number > 0).map(([number, name]) => `${grouped(number)} ${name}`);
  const parts = [
    `${grouped(ended)} of ${count(total, 'cell')}`,
    counts.join(', '),
    running > 0 ? `${running} running` : '',
    view.state() === 'paused' ? 'paused' : '',
  ];
  return parts.filter(part => part !== '').join('  ');
}

function progressText(view: RunView, cell: PlanCell): string {
  const { progress } = view.cell(cell.index);
  if (progress === undefined) return '';
  return `${progress.step}/${progress.steps}${progress.loss === undefined ? '' : `  loss ${figure(progress.loss)}`}`;
}
