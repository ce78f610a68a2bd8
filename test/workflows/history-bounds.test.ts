import type { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Plan } from '../../schemas/plan.ts';
import { planOf } from '../activities/rig.ts';
import { cleanUp } from '../worker/server/rig.ts';
import { type WorkflowRig, startRig, startRun } from './rig.ts';

let rig: WorkflowRig | undefined;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(async () => {
  await rig?.close();
  await cleanUp();
});

/** Beyond this a history is slow to replay; the server itself suggests to start anew at 4,096. */
const mostEvents = 4000;
const mostInputBytes = 200_000;

/** The worst case for histories: every cell an activity of its own. */
const allHeavy = (plan: Plan): Plan => ({
  ...plan,
  cellList: plan.cellList.map(cell => ({ ...cell, weight: 'heavy' })),
});

test('5,000 cells in chains, and joins over all of them, keep every history and every input within bounds', async () => {
  if (rig === undefined) return;
  const plan = allHeavy(
    planOf(`
study: large
axes: { i: { count: 1000 } }
steps:
  one: { use: no-op, over: [i] }
  two: { use: no-op, with: { bytes: 1 }, in: { parts: one } }
  three: { use: no-op, with: { bytes: 2 }, in: { parts: two } }
  four: { use: no-op, with: { bytes: 3 }, in: { parts: three } }
  five: { use: no-op, with: { bytes: 4 }, in: { parts: four } }
  join: { use: no-op, over: [], in: { parts: five } }
`),
  );
  expect(plan.cells).toBe(5001);
  const started = await startRun(rig, plan);
  expect((await started.result()).done).toBe(5001);
  await started.serving.stop();
  const branches = plan.branchList.map(({ index }) => `${started.workflowId}/branch-${index}`);
  let events = 0;
  for (const id of [started.workflowId, ...branches]) {
    const handle = rig.client.workflow.getHandle(id);
    const { historyLength } = await handle.describe();
    events = Math.max(events, historyLength);
    expect(historyLength).toBeLessThan(mostEvents);
  }
  const { events: history } = await rig.client.workflow.getHandle(started.workflowId).fetchHistory();
  const inputs = (history ?? []).flatMap(event => payloadsOf(event));
  for (const payload of inputs) expect(payload.data?.length ?? 0).toBeLessThan(mostInputBytes);
  console.log(
    `${branches.length} branches, longest history ${events} events, largest input ${Math.max(...inputs.map(({ data }) => data?.length ?? 0))} bytes`,
  );
}, 240_000);

function payloadsOf(event: temporal.api.history.v1.IHistoryEvent): temporal.api.common.v1.IPayload[] {
  return [
    ...(event.workflowExecutionStartedEventAttributes?.input?.payloads ?? []),
    ...(event.startChildWorkflowExecutionInitiatedEventAttributes?.input?.payloads ?? []),
    ...(event.activityTaskScheduledEventAttributes?.input?.payloads ?? []),
    ...(event.activityTaskCompletedEventAttributes?.result?.payloads ?? []),
  ];
}
