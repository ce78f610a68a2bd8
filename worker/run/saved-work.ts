/** Work that a run was spared: the seconds that its cached cells took when they were made. */
import type { PlanCell } from '../../schemas/plan.ts';
import { numbersIn } from '../../schemas/ranges.ts';
import type { RunEvent } from '../../schemas/run.ts';
import type { RecordStore } from '../../store/store.ts';

export interface SavedWork {
  /** Looks up what events say is cached, in the background: thousands of records are thousands of files. */
  readonly sample: (events: readonly RunEvent[]) => void;
  /** Seconds known so far. */
  readonly seconds: () => number;
  /** Resolves when everything sampled has been looked up. */
  readonly settled: () => Promise<void>;
}

/** Records read at once: a display must not get in the way of the work. */
const atOnce = 4;

export function createSavedWork(
  store: Pick<RecordStore, 'record'>,
  run: string,
  cells: readonly PlanCell[],
): SavedWork {
  const seen = new Set<number>();
  const waiting: PlanCell[] = [];
  let seconds = 0;
  let lanes: Promise<void>[] = [];
  let busy = 0;

  const look = async (cell: PlanCell) => {
    // A record that is damaged or gone is told of by those who need it; here it saves nothing that can be counted.
    const record = await store.record(cell.key, run).catch(() => undefined);
    seconds += record?.seconds ?? 0;
  };
  const lane = async () => {
    busy += 1;
    for (let cell = waiting.pop(); cell !== undefined; cell = waiting.pop()) await look(cell);
    busy -= 1;
  };
  const add = (index: number) => {
    const cell = cells[index];
    if (cell === undefined || seen.has(index)) return;
    seen.add(index);
    waiting.push(cell);
  };
  const sample = (events: readonly RunEvent[]) => {
    for (const event of events) {
      if (event.event === 'cells-cached') for (const index of numbersIn(event.ranges)) add(index);
      if (event.event === 'cell-ended' && event.state === 'cached') add(event.cell);
    }
    if (waiting.length === 0) return;
    const more = Array.from({ length: Math.min(atOnce - busy, waiting.length) }, lane);
    lanes = busy === more.length ? more : [...lanes, ...more];
  };
  const settled = async () => {
    await Promise.all(lanes);
  };
  return { sample, seconds: () => seconds, settled };
}
