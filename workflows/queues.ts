/** Task queues and workflow ids, by store: two stores on one server never mix. */

/** Workflows, book-keeping and light cells. The number is that of the messages' format: old and new workers do not share. */
export function taskQueueOf(storeId: string): string {
  return `espalier-1-${storeId}`;
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
