/** The engine's activities, put together from what the worker gives them. */
import type { Activities } from '../schemas/engine.ts';
import type { Store } from '../store/store.ts';
import { engineActivity } from './engine-activity.ts';
import { listBranches } from './branch-pages.ts';
import { endRun, noteAwaited, noteOutcomes, noteRun } from './note-outcomes.ts';
import { openRun } from './open-run.ts';
import { createOrderReader } from './order-reader.ts';
import { createPlanReader } from './plan-reader.ts';
import { readBranch } from './read-branch.ts';
import { type CellRunners, runCells } from './run-cells.ts';

/** `stopping`: aborted when the worker is to leave; cells under way then save their state, and go on elsewhere. */
export function createActivities(
  store: Store,
  runners: CellRunners,
  stopping: AbortSignal = new AbortController().signal,
): Activities {
  const plans = createPlanReader(store);
  const orders = createOrderReader(store);
  return {
    openRun: engineActivity(reference => openRun(store, plans, reference)),
    listBranches: engineActivity(input => listBranches(plans, input)),
    readBranch: engineActivity(reference => readBranch({ store, plans, orders }, reference)),
    runCells: engineActivity((input, tell) => runCells({ runners, plans, tell, stopping }, input)),
    noteOutcomes: engineActivity(input => noteOutcomes(store, plans, input)),
    noteAwaited: engineActivity(input => noteAwaited(store, plans, input)),
    noteRun: engineActivity(input => noteRun(store, input)),
    endRun: engineActivity(input => endRun(store, input)),
  };
}
