/** The activities of a workflow that have not ended, as the server has them. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { optionalTsToDate } from '@temporalio/common/lib/time.js';

/**
 * `queued`: it waits for a worker with room. `at-work`: an attempt is running. `waiting`: the last attempt failed, and
 * the next is to begin `at`.
 */
export interface PendingActivity {
  readonly id: string;
  readonly state: 'queued' | 'at-work' | 'waiting';
  /** Attempts begun, the one to come included. */
  readonly attempt: number;
  readonly at?: Date;
  /** Why the last attempt failed. */
  readonly failure?: string;
}

/** PENDING_ACTIVITY_STATE_SCHEDULED of the server's interface: no attempt is running. */
const scheduled = 1;

/** None where the server has no such workflow. */
export async function pendingActivities(client: Client, workflowId: string): Promise<PendingActivity[]> {
  try {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    return (raw.pendingActivities ?? []).map(activity => {
      const next = optionalTsToDate(activity.nextAttemptScheduleTime);
      const at = next !== undefined && next.getTime() > Date.now() ? next : undefined;
      const failure = activity.lastFailure?.message ?? '';
      return {
        id: activity.activityId ?? '',
        state: Number(activity.state) !== scheduled ? 'at-work' : at === undefined ? 'queued' : 'waiting',
        attempt: activity.attempt ?? 1,
        ...(at === undefined ? {} : { at }),
        ...(failure === '' ? {} : { failure }),
      };
    });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return [];
    throw error;
  }
}
