/** Runs whose workflow histories are kept: each way a run can go, small, with several branches. */
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { z } from 'zod';
import { CellFailure } from '../../activities/cell-failure.ts';
import type { CellRunners } from '../../activities/run-cells.ts';
import type { BranchOrder } from '../../schemas/engine.ts';
import type { Plan } from '../../schemas/plan.ts';
import { planOf } from '../activities/rig.ts';
import { eventually } from '../worker/server/rig.ts';
import { type StartedRun, type WorkflowRig, startRun } from '../workflows/rig.ts';

export const scenarios = ['plain', 'failure', 'pause', 'cancel', 'cancel-cell', 'approval'] as const;
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
${scenario === 'approval' ? "  asked: { use: no-op, in: { parts: one }, with: { bytes: 5 }, approve: 'Is one fine?' }\n" : ''}gates:
  enough: { claim: enough parts, estimand: { from: join, column: parts, take: first }, op: '>=', value: 6, on_fail: { skip: [dear] }${scenario === 'approval' ? ', approve: true' : ''} }
`;

/** Runs the scenario on the server and returns what it left there. */
export async function record(rig: WorkflowRig, scenario: Scenario): Promise<HistoryFile> {
  const plan = planOf(study(scenario));
  const hold = createHold(['pause', 'cancel', 'cancel-cell'].includes(scenario));
  const started = await startRun(rig, plan, hold.runners);
  await steer(rig.client, scenario, { started, plan, hold });
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
  /** Whether a cell that it held was called off. */
  readonly stopped: () => boolean;
  readonly release: () => void;
}

/** Keeps the cells of step `two` from ending until released, or until they are called off. */
function createHold(wanted: boolean): Hold {
  let holding = false;
  let stopped = false;
  let release: () => void = () => undefined;
  const released = new Promise<void>(resolve => (release = resolve));
  const runners = ({ light, heavy }: CellRunners): CellRunners => {
    const execute: CellRunners['light']['execute'] = async (task, hooks) => {
      if (wanted && task.cell.step === 'two') {
        holding = true;
        await Promise.race([released, new Promise(resolve => hooks.signal.addEventListener('abort', resolve))]);
        if (hooks.signal.aborted) {
          stopped = true;
          throw new CellFailure('preempted', 'it was called off');
        }
      }
      return light.execute(task, hooks);
    };
    return { light: { ...light, execute }, heavy };
  };
  return { runners, holding: () => holding, stopped: () => stopped, release };
}

interface Steered {
  readonly started: StartedRun;
  readonly plan: Plan;
  readonly hold: Hold;
}

async function steer(client: Client, scenario: Scenario, { started, plan, hold }: Steered): Promise<void> {
  const handle = client.workflow.getHandle(started.workflowId);
  const order = async (branch: number, given: BranchOrder) =>
    client.workflow.getHandle(`${started.workflowId}/branch-${branch}`).signal('order', given);
  if (scenario === 'approval') await approveAll(started, plan, order);
  if (scenario === 'plain' || scenario === 'failure' || scenario === 'approval') return;
  await eventually(hold.holding, 20_000);
  if (scenario === 'cancel') {
    await handle.cancel();
    return;
  }
  if (scenario === 'cancel-cell') {
    const cell = plan.cellList.find(({ step, at }) => step === 'two' && at['i'] === 2)!.index;
    const branch = plan.branchList.findIndex(({ cells }) => cells.includes(cell));
    await order(branch, { order: 'cancel', cell, reason: 'ended by somebody' });
    await eventually(hold.stopped, 20_000);
    hold.release();
    return;
  }
  await handle.signal('pause');
  await eventually(async () => (await handle.query<{ paused: boolean }>('progress')).paused, 20_000);
  hold.release();
  // Long enough that a run which did not pause would have gone on.
  await new Promise(resolve => setTimeout(resolve, 500));
  await handle.signal('resume');
}

/** Rejects the step and approves the gate, each when it is asked for. */
async function approveAll(
  { store, reference }: StartedRun,
  plan: Plan,
  order: (branch: number, given: BranchOrder) => Promise<void>,
): Promise<void> {
  const orders: readonly BranchOrder[] = [
    { order: 'reject', name: 'asked', reason: 'rejected by somebody' },
    { order: 'approve', name: 'gates.enough' },
  ];
  for (const given of orders) {
    const isAsked = async () =>
      (await store.events(reference.run)).events.some(
        event => event.event === 'approval-awaited' && 'name' in given && event.name === given.name,
      );
    await eventually(isAsked, 20_000);
    for (const { index } of plan.branchList) await order(index, given).catch(() => undefined);
  }
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
