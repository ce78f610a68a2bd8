/** Histories of runs as the server keeps them, and the bounds they are to keep. */
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** Beyond this a history is slow to replay; the server itself suggests to start anew at 4,096. */
export const mostEvents = 4000;
export const mostPayloadBytes = 200_000;

/** The events of each execution of a workflow, the latest first. */
export type Executions = readonly (readonly HistoryEvent[])[];

/** Follows a workflow back through the executions that it went on from. */
export async function executionsOf(client: Client, workflowId: string): Promise<Executions> {
  const found: HistoryEvent[][] = [];
  for (let run: string | undefined = ''; run !== undefined;) {
    const handle = client.workflow.getHandle(workflowId, run === '' ? undefined : run);
    const events: HistoryEvent[] = (await handle.fetchHistory()).events ?? [];
    found.push(events);
    run = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  }
  return found;
}

/** Bytes of the largest payload that workflows, activities and signals exchanged. */
export function largestPayload(executions: Executions): number {
  return Math.max(
    0,
    ...executions
      .flat()
      .flatMap(payloadsOf)
      .map(payload => payload.data?.length ?? 0),
  );
}

/**
 * Workflow tasks that failed: code that threw, or commands that the server refused. One that was about to end its
 * execution while news came in is none: the server sends it back to look at them, and that is how nothing is lost.
 */
export function failedTasks(executions: Executions): number {
  return executions
    .flat()
    .filter(({ workflowTaskFailedEventAttributes: failed }) => failed && failed.cause !== unhandledCommand).length;
}

const unhandledCommand = temporal.api.enums.v1.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND;

/** Workflow tasks that no worker answered in time: one that was lost, or a machine too busy to answer. */
export function lateTasks(executions: Executions): number {
  return executions.flat().filter(event => event.workflowTaskTimedOutEventAttributes).length;
}

function payloadsOf(event: HistoryEvent): temporal.api.common.v1.IPayload[] {
  return [
    ...(event.workflowExecutionStartedEventAttributes?.input?.payloads ?? []),
    ...(event.workflowExecutionContinuedAsNewEventAttributes?.input?.payloads ?? []),
    ...(event.workflowExecutionSignaledEventAttributes?.input?.payloads ?? []),
    ...(event.startChildWorkflowExecutionInitiatedEventAttributes?.input?.payloads ?? []),
    ...(event.activityTaskScheduledEventAttributes?.input?.payloads ?? []),
    ...(event.activityTaskCompletedEventAttributes?.result?.payloads ?? []),
  ];
}
