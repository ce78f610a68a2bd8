/** How long a run will still take, from what its own finished cells took. */
import type { DisplayedRun } from './progress-display.ts';

export interface ProgressRate {
  readonly sample: () => void;
  /** Seconds; undefined until enough cells have ended to say, and when none is left. */
  readonly remaining: () => number | undefined;
}

/** Fewer ended cells than this say nothing of the rest. */
const fewest = 5;

/**
 * Seconds of work left = for each waiting cell the mean of the ended cells of its kind (of all kinds where none of its
 * own has ended), divided by the slots.
 */
export function progressRate({ cells, view, slots }: DisplayedRun): ProgressRate {
  const counted = new Set<number>();
  const totals = new Map<string, { seconds: number; cells: number }>();
  const all = { seconds: 0, cells: 0 };

  const sample = () => {
    for (const cell of cells) {
      if (counted.has(cell.index)) continue;
      const { state, seconds } = view.cell(cell.index);
      if (state !== 'done' || seconds === undefined) continue;
      counted.add(cell.index);
      const total = totals.get(cell.use) ?? { seconds: 0, cells: 0 };
      totals.set(cell.use, { seconds: total.seconds + seconds, cells: total.cells + 1 });
      all.seconds += seconds;
      all.cells += 1;
    }
  };
  const remaining = () => {
    if (all.cells < fewest) return undefined;
    let work = 0;
    for (const cell of cells) {
      const { state } = view.cell(cell.index);
      if (state !== 'waiting' && state !== 'running') continue;
      const { seconds, cells: n } = totals.get(cell.use) ?? all;
      work += seconds / n;
    }
    return work === 0 ? undefined : work / slots;
  };
  return { sample, remaining };
}
