/** A run under way, for people: a few lines redrawn on a terminal, a line now and then in a pipe. */
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import type { RunEvent } from '../../schemas/run.ts';
import type { RunView } from '../run/run-view.ts';
import { axisLine, axisProgress, indexAxes } from './axis-progress.ts';
import { count, duration, figure, grouped } from './quantities.ts';
import { createNotices } from './progress-notices.ts';
import { progressRate } from './progress-rate.ts';
import type { Terminal } from './terminal.ts';
import { clip } from '../../planner/display-width.ts';

export interface ProgressDisplay {
  readonly update: (events: readonly RunEvent[]) => void;
  /** Clears what is redrawn; lines that were said stay. */
  readonly end: () => void;
}

export interface DisplayedRun {
  readonly cells: readonly PlanCell[];
  readonly view: RunView;
  readonly slots: number;
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
  const axes = indexAxes(cells);
  const names = new Map(cells.map(cell => [cell.index, cellName(cell.step, cell.at)]));
  const rate = progressRate(run);
  const notices = createNotices(new Map(cells.map(cell => [cell.index, cell])));
  let drawn = 0;
  let lastPlain = Date.now();
  let lastDraw = Number.NEGATIVE_INFINITY;
  const drawSeconds = cells.length > manyCells ? manyCellsSeconds : 0;

  const erase = () => {
    if (drawn > 0) terminal.draw(`\u001B[${drawn}A\u001B[0J`);
    drawn = 0;
  };
  const running = (): string[] => {
    const now = cells.filter(cell => view.cell(cell.index).state === 'running');
    const lines = now.slice(0, listed).map(cell => `  ${names.get(cell.index)}  ${progressText(view, cell)}`.trimEnd());
    return now.length > listed ? [...lines, `  and ${count(now.length - listed, 'more cell')}`] : lines;
  };
  const draw = () => {
    const width = terminal.width();
    const axisLines = axisProgress(axes, view).map(progress => `  ${axisLine(progress, width - 3)}`);
    const lines = [headline(view, cells.length, rate.remaining()), ...axisLines, ...running()].map(line =>
      clip(line, 0, width - 1),
    );
    erase();
    terminal.draw(`${lines.join('\n')}\n`);
    drawn = lines.length;
  };
  const say = (line: string) => {
    erase();
    terminal.say(line);
  };
  const update = (events: readonly RunEvent[]) => {
    for (const event of events) {
      const line = notices(event);
      if (line !== undefined) say(line);
    }
    const now = Date.now();
    if (terminal.live && now - lastDraw >= drawSeconds * 1000) {
      lastDraw = now;
      rate.sample();
      draw();
    } else if (!terminal.live && now - lastPlain >= plainSeconds * 1000) {
      lastPlain = now;
      rate.sample();
      terminal.say(headline(view, cells.length, rate.remaining()));
    }
  };
  return { update, end: erase };
}

/** `412 of 1,001 cells  380 made, 32 cached, 2 failed  2 running  about 1 min 20 s left`. */
function headline(view: RunView, total: number, remaining: number | undefined): string {
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
    remaining === undefined ? '' : `about ${duration(remaining)} left`,
  ];
  return parts.filter(part => part !== '').join('  ');
}

function progressText(view: RunView, cell: PlanCell): string {
  const { progress } = view.cell(cell.index);
  if (progress === undefined) return '';
  return `${progress.step}/${progress.steps}${progress.loss === undefined ? '' : `  loss ${figure(progress.loss)}`}`;
}
