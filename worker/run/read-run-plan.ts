/** The plan of a run, whole, as the planner made it. */
import { createPlanReader } from '../../activities/plan-reader.ts';
import type { Plan } from '../../schemas/plan.ts';
import type { RunRecord } from '../../schemas/run.ts';
import type { BlobStore } from '../../store/store.ts';

export async function readRunPlan(store: BlobStore, { plan }: Pick<RunRecord, 'plan'>): Promise<Plan> {
  const plans = createPlanReader(store);
  const { format: _format, branches, ...head } = await plans.head(plan);
  const slices = await Promise.all(branches.map(async ({ index }) => [...(await plans.cells(plan, index)).values()]));
  return {
    ...head,
    cellList: slices.flat().sort((a, b) => a.index - b.index),
    branchList: branches.map(({ index, title, needs }, place) => ({
      index,
      title,
      needs,
      cells: (slices[place] ?? []).map(cell => cell.index),
    })),
  };
}
