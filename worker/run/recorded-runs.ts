/** Which run made the results that a plan finds recorded. */
import type { PlanCell } from '../../schemas/plan.ts';
import type { RunRecord } from '../../schemas/run.ts';
import type { RecordStore } from '../../store/store.ts';
import type { RunView } from './run-view.ts';

/** A run whose log tells of many at once, so that not every record has to be read. */
export interface KnownRun {
  readonly since: RunRecord | undefined;
  readonly cells: readonly PlanCell[];
  readonly view: RunView | undefined;
}

/** Reads at once: enough to hide the latency of a disk. */
const readsAtOnce = 64;

/** Indices of the cells by the run whose record they find, in the order in which runs turn up. */
export async function recordedRuns(
  store: RecordStore,
  found: readonly PlanCell[],
  known: KnownRun = { since: undefined, cells: [], view: undefined },
): Promise<ReadonlyMap<string, readonly number[]>> {
  const { since, cells, view } = known;
  const madeThere = new Set(cells.filter(({ index }) => view?.cell(index).state === 'done').map(({ key }) => key));
  const runs = new Map<string, number[]>();
  const add = (run: string, index: number) => {
    const indices = runs.get(run);
    if (indices === undefined) runs.set(run, [index]);
    else indices.push(index);
  };
  const rest = found.filter(cell => {
    if (since !== undefined && madeThere.has(cell.key)) add(since.run, cell.index);
    return since === undefined || !madeThere.has(cell.key);
  });
  for (let start = 0; start < rest.length; start += readsAtOnce) {
    const some = rest.slice(start, start + readsAtOnce);
    const records = await Promise.all(some.map(({ key }) => store.record(key)));
    for (const [place, cell] of some.entries()) {
      const run = records[place]?.run;
      if (run !== undefined) add(run, cell.index);
    }
  }
  return runs;
}
