/** How cells ended, by a run's log, for those who ask often: each asking reads only what the log has grown by. */
import { numbersIn } from '../schemas/ranges.ts';
import type { RunStore } from '../store/store.ts';
import type { CellEnd } from './cell-end.ts';

/** By index. */
export type EndedCells = ReadonlyMap<number, CellEnd>;

interface KnownLog {
  readonly ends: Map<number, CellEnd>;
  cursor: string | undefined;
  /** Readings follow each other: two at once would both start from the same place. */
  reading: Promise<unknown>;
}

/** Runs remembered for a store: those a worker is at. */
const mostRuns = 4;

const logs = new WeakMap<Pick<RunStore, 'events'>, Map<string, KnownLog>>();

/** With everything that was in the log when it was asked. */
export async function endedCells(store: Pick<RunStore, 'events'>, run: string): Promise<EndedCells> {
  const log = logOf(store, run);
  const reading = log.reading.then(() => readOn(store, run, log));
  log.reading = reading.catch(() => undefined);
  await reading;
  return log.ends;
}

function logOf(store: Pick<RunStore, 'events'>, run: string): KnownLog {
  const runs = logs.get(store) ?? new Map<string, KnownLog>();
  logs.set(store, runs);
  const log = runs.get(run) ?? { ends: new Map(), cursor: undefined, reading: Promise.resolve() };
  // Taken out and put back: a Map keeps order of insertion, so the first entry is the one used longest ago.
  runs.delete(run);
  runs.set(run, log);
  const oldest = runs.keys().next();
  if (runs.size > mostRuns && !oldest.done) runs.delete(oldest.value);
  return log;
}

async function readOn(store: Pick<RunStore, 'events'>, run: string, log: KnownLog): Promise<void> {
  const { events, cursor } = await store.events(run, log.cursor);
  for (const event of events) {
    if (event.event === 'cells-cached')
      for (const cell of numbersIn(event.ranges)) log.ends.set(cell, { state: 'cached' });
    if (event.event === 'cell-ended') log.ends.set(event.cell, event);
    // What a rerun leaves as it was ended in the run before it.
    if (event.event === 'cells-left') for (const cell of numbersIn(event.ranges)) log.ends.set(cell, event);
  }
  log.cursor = cursor;
}
