/** The engine's activities, put together from what the worker gives them. */
import type { Activities } from '../schemas/engine.ts';
import type { Store } from '../store/store.ts';
import { engineActivity } from './engine-activity.ts';
import { endRun, noteOutcomes, noteRun } from './note-outcomes.ts';
import { listBranches } from './branch-pages.ts';
import { openRun } from './open-run.ts';
import { createPlanReader } from './plan-reader.ts';
import { readBranch } from './read-branch.ts';
import { type CellRunners, runCells } from './run-cells.ts';

export function createActivities(store: Store, runners: CellRunners): Activities {
  const plans = createPlanReader(store);
  return {
    openRun: engineActivity(reference => openRun(store, plans, reference)),
    listBranches: engineActivity(input => listBranches(plans, input)),
    readBranch: engineActivity(reference => readBranch(store, plans, reference)),
    runCells: engineActivity((input, tell) => runCells({ runners, plans, tell }, input)),
    noteOutcomes: engineActivity(input => noteOutcomes(store, plans, input)),
    noteRun: engineActivity(input => noteRun(store, input)),
    endRun: engineActivity(input => endRun(store, input)),
  };
}
