/** Workflows on a real server, with the shipped bundle and either real activities on a memory store or ones of a test's own. */
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll } from 'vitest';
import { createActivities } from '../../activities/engine.ts';
import type { CellRunners } from '../../activities/run-cells.ts';
import type { Plan } from '../../schemas/plan.ts';
import type { Activities, CoordinatorBounds, RunReference, Tally } from '../../schemas/engine.ts';
import type { RunEvent } from '../../schemas/run.ts';
import { createMemoryStore } from '../../store/memory-store.ts';
import type { Store } from '../../store/store.ts';
import { workflowBundle } from '../../worker/entry-points.ts';
import { type EmbeddedServer, startServer } from '../../worker/server/embedded-server.ts';
import { computeQueue } from '../../workflows/queues.ts';
import { dependencies, newRun } from '../activities/rig.ts';
import { binaryForTests, cleanUp, temporaryHome } from '../worker/server/rig.ts';

let runtimeInstalled = false;

const nothing = () => undefined;
const silent = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

export interface WorkflowRig {
  readonly server: EmbeddedServer;
  readonly client: Client;
  readonly connection: Connection;
  readonly close: () => Promise<void>;
}

/** A rig for all tests of a file: started before the first, closed after the last. */
export function rigOfFile(): () => WorkflowRig {
  let rig: WorkflowRig | undefined;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(async () => {
    await rig?.close();
    await cleanUp();
  });
  return () => {
    if (rig === undefined) throw new Error('the rig is started before the first test');
    return rig;
  };
}

/** Has to be closed. */
export async function startRig(): Promise<WorkflowRig> {
  const binary = await binaryForTests();
  if (!runtimeInstalled) Runtime.install({ logger: silent });
  runtimeInstalled = true;
  const server = await startServer({ home: temporaryHome(), binary, progress: () => undefined });
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection });
  return {
    server,
    client,
    connection,
    close: async () => {
      await connection.close();
      await server.stop();
    },
  };
}

export interface Serving {
  readonly taskQueue: string;
  readonly stop: () => Promise<void>;
}

/** Every cell an activity of its own: the worst case for histories. */
export const allHeavy = (plan: Plan): Plan => ({
  ...plan,
  cellList: plan.cellList.map(cell => ({ ...cell, weight: 'heavy' })),
});

let queues = 0;

/** Serves activities and workflows on a queue of their own. */
async function serve(rig: WorkflowRig, activities: Activities): Promise<Serving> {
  queues += 1;
  const taskQueue = `test-${process.pid}-${queues}`;
  const connection = await NativeConnection.connect({ address: rig.server.address });
  const shared = { connection, namespace: 'default', shutdownForceTime: '5s' } as const;
  const workers = [
    await Worker.create({
      ...shared,
      taskQueue,
      workflowBundle: { codePath: workflowBundle() },
      activities: { ...activities },
    }),
    await Worker.create({ ...shared, taskQueue: computeQueue(taskQueue), activities: { ...activities } }),
  ];
  const running = Promise.all(workers.map(worker => worker.run()));
  return {
    taskQueue,
    stop: async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await connection.close();
    },
  };
}

export interface StartedRun {
  readonly store: Store;
  readonly reference: RunReference;
  readonly serving: Serving;
  readonly result: () => Promise<Tally>;
  readonly workflowId: string;
}

export interface RunOptions {
  readonly change?: (runners: CellRunners) => CellRunners;
  readonly bounds?: CoordinatorBounds;
  /** What is in its log before. */
  readonly logged?: readonly RunEvent[];
  /** What is in the store before. */
  readonly prepare?: (store: Store) => Promise<void>;
}

/** Starts a run of the plan, its cells executed in this process. */
export async function startRun(
  rig: WorkflowRig,
  plan: Plan,
  given: RunOptions | Required<RunOptions>['change'] = {},
): Promise<StartedRun> {
  const options: RunOptions = typeof given === 'function' ? { change: given } : given;
  const { change = (each: CellRunners) => each, bounds, prepare, logged = [] } = options;
  const store = createMemoryStore();
  await prepare?.(store);
  const reference = await newRun(store, plan);
  await store.appendEvents(reference.run, logged);
  const runners = change({ light: dependencies(store), heavy: dependencies(store, { exclusive: true }) });
  const serving = await serve(rig, createActivities(store, runners));
  const workflowId = `${reference.run}-${serving.taskQueue}`;
  const handle = await rig.client.workflow.start('runStudy', {
    workflowId,
    taskQueue: serving.taskQueue,
    args: [bounds === undefined ? reference : { ...reference, bounds }],
  });
  return { store, reference, serving, workflowId, result: () => handle.result() as Promise<Tally> };
}

/** How cells ended, by the log: `state` by cell index. */
export async function endsOf(store: Store, run: string): Promise<Map<number, string>> {
  const { events } = await store.events(run);
  return new Map(events.flatMap(event => (event.event === 'cell-ended' ? [[event.cell, event.state] as const] : [])));
}
