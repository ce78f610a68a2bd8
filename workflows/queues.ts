/** Task queues and workflow ids, by store: two stores on one server never mix. */

/** Workflows, book-keeping and light cells. Each version of the workflows has its own: no worker replays another's. */
export function taskQueueOf(storeId: string, version: string): string {
  return `espalier-${version}-${storeId}`;
}

/** The queue of heavy cells beside it. */
export function computeQueue(taskQueue: string): string {
  return `${taskQueue}-compute`;
}

export function workflowIdOf(storeId: string, run: string): string {
  return `espalier/${storeId}/${run}`;
}

/** A branch of a run, by the id of the run's own workflow. */
export function branchWorkflowId(run: string, branch: number): string {
  return `${run}/branch-${branch}`;
}
