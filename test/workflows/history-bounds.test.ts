import { expect, test } from 'vitest';
import { planOf } from '../activities/rig.ts';
import {
  type Executions,
  executionsOf,
  largestPayload,
  mostEvents,
  mostPayloadBytes,
  failedTasks,
} from './histories.ts';
import { allHeavy, rigOfFile, startRun } from './rig.ts';

const rig = rigOfFile();

test('5,000 cells in chains, and joins over all of them, keep every history and every payload within bounds, and no workflow task fails', async () => {
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
  const started = await startRun(rig(), plan);
  expect((await started.result()).done).toBe(5001);
  await started.serving.stop();
  const ids = [started.workflowId, ...plan.branchList.map(({ index }) => `${started.workflowId}/branch-${index}`)];
  const all: Executions[number][] = [];
  for (const id of ids) all.push(...(await executionsOf(rig().client, id)));
  for (const events of all) expect(events.length).toBeLessThan(mostEvents);
  expect(largestPayload(all)).toBeLessThan(mostPayloadBytes);
  expect(failedTasks(all)).toBe(0);
}, 240_000);
