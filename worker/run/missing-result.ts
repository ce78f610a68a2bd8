/** Cells of a run without a result, and why, for people who asked for it. */
import { describeEnd } from '../../activities/cell-end.ts';
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import type { RunRecord } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';
import { readPlanHead } from '../../store/plan-files.ts';
import { readRunView } from './read-run-view.ts';

/** Cells among these that have no record in the run. */
export async function missingCells(store: Store, run: RunRecord, cells: readonly PlanCell[]): Promise<PlanCell[]> {
  const have = await store.haveRecords(
    cells.map(cell => cell.key),
    run.run,
  );
  return cells.filter((_, index) => !have[index]);
}

/** `late[i=1] has no result in small-4: it failed (user): it was asked to fail`. */
export async function describeMissing(store: Store, run: RunRecord, cell: PlanCell): Promise<string> {
  const view = await readRunView(store, run.run, (await readPlanHead(store, run.plan)).cells);
  return `${cellName(cell.step, cell.at)} has no result in ${run.run}: ${describeEnd(view.cell(cell.index))}`;
}
