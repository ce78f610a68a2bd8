/** The recorded cell of earlier runs that is most like a given one: what its key is shown beside. */
import type { Difference } from '../../planner/explain-difference.ts';
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import type { RunRecord } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';
import { portOf, recipeDifferences } from './compare-plans.ts';
import { readRunPlan } from './read-run-plan.ts';

export interface NearestCell {
  /** The latest run that had it. */
  readonly run: string;
  readonly cell: PlanCell;
  /** All cells of that run, in plan order: its inputs are named by them. */
  readonly cells: readonly PlanCell[];
  readonly differences: readonly Difference[];
}

/** Plans looked into, the latest first: a study in its hundredth version is best compared with what it was lately. */
const mostPlans = 8;

/**
 * Of the cells of the same step kind with another key and a result in runs before `run`: one of the same study and name
 * before any other, then the one that differs in the fewest fields (an input is one, however many parts it has), then
 * the latest. Undefined where there is none.
 */
export async function nearestCell(store: Store, run: RunRecord, cell: PlanCell): Promise<NearestCell | undefined> {
  let best: (NearestCell & { readonly distance: number }) | undefined;
  for (const earlier of await earlierPlans(store, run)) {
    const { cellList } = await readRunPlan(store, earlier);
    const alike = cellList.filter(each => each.use === cell.use && each.key !== cell.key);
    const recorded = await store.haveRecords(alike.map(each => each.key));
    for (const other of alike.filter((_, index) => recorded[index])) {
      const differences = recipeDifferences(other, cell);
      const isNamesake = earlier.study === run.study && nameOf(other) === nameOf(cell);
      const distance = isNamesake ? 0 : fieldsIn(differences);
      if (best === undefined || distance < best.distance)
        best = { run: earlier.run, cell: other, cells: cellList, differences, distance };
    }
    if (best?.distance === 0) break;
  }
  return best;
}

async function earlierPlans(store: Store, run: RunRecord): Promise<RunRecord[]> {
  const runs = await store.runs();
  const earlier = runs
    .slice(
      0,
      Math.max(
        0,
        runs.findIndex(each => each.run === run.run),
      ),
    )
    .reverse();
  const own = [
    ...earlier.filter(each => each.study === run.study),
    ...earlier.filter(each => each.study !== run.study),
  ];
  return own.filter((each, index) => own.findIndex(({ plan }) => plan === each.plan) === index).slice(0, mostPlans);
}

function fieldsIn(differences: readonly Difference[]): number {
  return new Set(differences.map(({ field }) => portOf(field) ?? field)).size;
}

function nameOf({ step, at }: PlanCell): string {
  return cellName(step, at);
}
