/** Runs whose workflow histories are kept: each way a run can go, small, with several branches. */
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { z } from 'zod';
import { CellFailure } from '../../activities/cell-failure.ts';
import type { CellRunners } from '../../activities/run-cells.ts';
import { planOf } from '../activities/rig.ts';
import { eventually } from '../worker/server/rig.ts';
import { type StartedRun, type WorkflowRig, startRun } from '../workflows/rig.ts';

export const scenarios = ['plain', 'failure', 'pause', 'cancel'] as const;
export type Scenario = (typeof scenarios)[number];

/** The histories of a run: its own workflow's and those of its branches, as Temporal writes them in JSON. */
export const historyFileSchema = z.array(z.strictObject({ workflowId: z.string(), history: z.unknown() }));
export type HistoryFile = z.output<typeof historyFileSchema>;

/** Chains that part from a root, join, and meet a gate: more cells than one branch takes. */
const study = (scenario: Scenario) => `
study: ${scenario}
axes: { i: { count: 5 } }
steps:
  root: { use: no-op }
  one: { use: no-op, over: [i], in: { parts: root }, with: { bytes: 1, fail: "\${${scenario === 'failure' ? 'i == 2' : 'false'}}" } }
  two: { use: no-op, in: { parts: one }, with: { bytes: 2 } }
  three: { use: no-op, in: { parts: two }, with: { bytes: 3 } }
  join: { use: no-op, over: [], in: { parts: { from: three, quorum: 0.5 } } }
  dear: { use: no-op, over: [i], in: { parts: join }, with: { bytes: 4 } }
gates:
  enough: { claim: enough parts, estimand: { from: join, column: parts, take: first }, op: '>=', value: 6, on_fail: { skip: [dear] } }
`;

/** Runs the scenario on the server and returns what it left there. */
export async function record(rig: WorkflowRig, scenario: Scenario): Promise<HistoryFile> {
  const plan = planOf(study(scenario));
  const hold = createHold(scenario === 'pause' || scenario === 'cancel');
  const started = await startRun(rig, plan, hold.runners);
  await steer(rig.client, scenario, started, hold);
  await started.result();
  await started.serving.stop();
  const fetch = (id: string) => rig.client.workflow.getHandle(id).fetchHistory();
  const own = await fetch(started.workflowId);
  const branches = (own.events ?? []).flatMap(
    event => event.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId ?? [],
  );
  const all = [own, ...(await Promise.all(branches.map(fetch)))];
  return all.map((history, index) => {
    const workflowId = [started.workflowId, ...branches][index]!;
    return anonymous({ workflowId, history: JSON.parse(historyToJSON(history)) }, started, scenario);
  });
}

interface Hold {
  readonly runners: (runners: CellRunners) => CellRunners;
  readonly holding: () => boolean;
  readonly release: () => void;
}

/** Keeps the cells of step `two` from ending until released, or until they are called off. */
function createHold(wanted: boolean): Hold {
  let holding = false;
  let release: () => void = () => undefined;
  const released = new Promise<void>(resolve => (release = resolve));
  const runners = ({ light, heavy }: CellRunners): CellRunners => {
    const execute: CellRunners['light']['execute'] = async (task, hooks) => {
      if (wanted && task.cell.step === 'two') {
        holding = true;
        await Promise.race([released, new Promise(resolve => hooks.signal.addEventListener('abort', resolve))]);
        if (hooks.signal.aborted) throw new CellFailure('preempted', 'it was called off');
      }
      return light.execute(task, hooks);
    };
    return { light: { ...light, execute }, heavy };
  };
  return { runners, holding: () => holding, release };
}

async function steer(client: Client, scenario: Scenario, { workflowId }: StartedRun, hold: Hold): Promise<void> {
  if (scenario !== 'pause' && scenario !== 'cancel') return;
  const handle = client.workflow.getHandle(workflowId);
  await eventually(hold.holding, 20_000);
  if (scenario === 'cancel') {
    await handle.cancel();
    return;
  }
  await handle.signal('pause');
  await eventually(async () => (await handle.query<{ paused: boolean }>('progress')).paused, 20_000);
  hold.release();
  // Long enough that a run which did not pause would have gone on.
  await new Promise(resolve => setTimeout(resolve, 500));
  await handle.signal('resume');
}

/** Without what tells of the machine that recorded it; replay looks at none of it. */
function anonymous(
  { workflowId, history }: HistoryFile[number],
  { serving, workflowId: run }: StartedRun,
  scenario: Scenario,
): HistoryFile[number] {
  const renamed: unknown = JSON.parse(
    JSON.stringify(history, (key, value: unknown) => {
      if (key === 'identity') return 'worker';
      if (key === 'stackTrace') return '';
      if (typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'TASK_QUEUE_KIND_STICKY')
        return { ...value, name: 'sticky' };
      return value;
    })
      .replaceAll(run, scenario)
      .replaceAll(serving.taskQueue, 'queue'),
  );
  return { workflowId: workflowId.replace(run, scenario), history: renamed };
}
