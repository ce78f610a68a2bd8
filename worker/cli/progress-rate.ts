/** How fast a run goes and how long it will still take, from what its own finished cells took. */
import type { RunEvent } from '../../schemas/run.ts';
import type { DisplayedRun } from './progress-display.ts';

export interface ProgressRate {
  /** Takes in events that the view has taken in already. */
  readonly sample: (events: readonly RunEvent[]) => void;
  /** Cells made a minute lately; undefined until two have been. */
  readonly perMinute: () => number | undefined;
  /** Seconds of work left, one cell after the other; undefined until enough cells have ended to say, and when none is left. */
  readonly work: () => number | undefined;
  /** Seconds by the clock, likewise. */
  readonly remaining: () => number | undefined;
}

/** Fewer ended cells than this say nothing of the rest. */
const fewest = 5;
/** The rate is that of the last minutes, or of the last cells where those took longer. */
const windowSeconds = 300;
const windowCells = 20;

interface Made {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly seconds: number;
}

/**
 * Seconds of work left = for each waiting cell the mean of the ended cells of its kind (of all kinds where none of its
 * own has ended). By the clock: divided by the slots, or where they are not known by how many cells were at work at once
 * lately.
 */
export function progressRate({ cells, view, slots }: Pick<DisplayedRun, 'cells' | 'view' | 'slots'>): ProgressRate {
  const totals = new Map<string, { seconds: number; cells: number }>();
  const all = { seconds: 0, cells: 0 };
  const counted = new Set<number>();
  let made: Made[] = [];
  let begun = Date.now();

  const sample = (events: readonly RunEvent[]) => {
    for (const event of events) {
      if (event.event === 'run-started') [begun, made] = [Date.parse(event.at), []];
      if (event.event !== 'cell-ended' || event.state !== 'done' || counted.has(event.cell)) continue;
      counted.add(event.cell);
      const { seconds = 0 } = event;
      made.push({ at: Date.parse(event.at), seconds });
      const use = cells[event.cell]?.use ?? '';
      const total = totals.get(use) ?? { seconds: 0, cells: 0 };
      totals.set(use, { seconds: total.seconds + seconds, cells: total.cells + 1 });
      all.seconds += seconds;
      all.cells += 1;
    }
  };
  /** Cells made lately, and the seconds by the clock in which they were. */
  const lately = () => {
    const now = view.ended() === undefined ? Date.now() : Date.parse(view.ended() ?? '');
    const earliest = Math.min(now - windowSeconds * 1000, made.at(-windowCells)?.at ?? begun);
    const since = Math.max(begun, earliest);
    return { cells: made.filter(({ at }) => at >= since), seconds: Math.max(1, (now - since) / 1000) };
  };
  const work = () => {
    if (all.cells < fewest) return undefined;
    let seconds = 0;
    for (const cell of cells) {
      const { state } = view.cell(cell.index);
      if (state !== 'waiting' && state !== 'running') continue;
      const known = totals.get(cell.use) ?? all;
      seconds += known.seconds / known.cells;
    }
    return seconds === 0 ? undefined : seconds;
  };
  const atOnce = () => {
    if (slots !== undefined) return slots;
    const { cells: last, seconds } = lately();
    return Math.max(1, view.counts().running, last.reduce((sum, cell) => sum + cell.seconds, 0) / seconds);
  };
  const remaining = () => {
    const left = work();
    return left === undefined ? undefined : left / atOnce();
  };
  const perMinute = () => {
    const { cells: last, seconds } = lately();
    return last.length < 2 ? undefined : (60 * last.length) / seconds;
  };
  return { sample, perMinute, work, remaining };
}
