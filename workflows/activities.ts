/** The activities as workflows see them: their timeouts and retries, in one place. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../schemas/engine.ts';
import { computeQueue } from './queues.ts';

/**
 * A worker that was killed is noticed when its heartbeats stop for this long. Longer than a busy event loop is ever
 * silent, short enough that nobody thinks the run hangs.
 */
const heartbeatTimeout = '12s';

/** Attempts are bounded by the failure policies, never by Temporal: preemptions would use its attempts up. */
const retry = { initialInterval: '300ms', backoffCoefficient: 1.5, maximumInterval: '10s' };

/** A run that is called off ends when its cells have ended: they save their state, and say so. */
const cancellationType = 'WAIT_CANCELLATION_COMPLETED';

/** Book-keeping: quick, on the store alone. */
export const book = proxyActivities<Activities>({ startToCloseTimeout: '10m', heartbeatTimeout, retry });

/** Light cells, many to an activity. */
export function light(activityId: string): Pick<Activities, 'runCells'> {
  return proxyActivities<Pick<Activities, 'runCells'>>({
    activityId,
    cancellationType,
    startToCloseTimeout: '1d',
    heartbeatTimeout,
    retry,
  });
}

/** Heavy cells, one to an activity, on the queue of the compute slots. A cell's own time limit is kept by the worker. */
export function heavy(taskQueue: string, activityId: string): Pick<Activities, 'runCells'> {
  return proxyActivities<Pick<Activities, 'runCells'>>({
    activityId,
    taskQueue: computeQueue(taskQueue),
    cancellationType,
    startToCloseTimeout: '60d',
    heartbeatTimeout,
    retry,
  });
}
