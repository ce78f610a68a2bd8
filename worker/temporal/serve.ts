/** A Temporal worker of one store: workflows, book-keeping and light cells on one queue, heavy cells on another. */
import { setTimeout } from 'node:timers/promises';
import { type LogLevel, NativeConnection, Runtime, Worker, makeTelemetryFilterString } from '@temporalio/worker';
import type { Activities } from '../../schemas/engine.ts';
import { computeQueue } from '../../workflows/queues.ts';
import type { TemporalTarget } from './connection.ts';

export interface ServeOptions {
  readonly target: TemporalTarget;
  readonly taskQueue: string;
  /** The prebuilt workflow bundle: dist/workflow-bundle.js. */
  readonly bundle: string;
  readonly activities: Activities;
  /** Tells the activities to save what they have and end. */
  readonly stopActivities: () => void;
  /** Heavy cells at once. */
  readonly slots: number;
  readonly log: (line: string) => void;
}

export interface Serving {
  /** Takes no new work, and resolves when what runs has saved its state or been given up. */
  readonly stop: () => Promise<void>;
  /** Takes no new work, and resolves when what runs has come to its end, however long that takes. */
  readonly finish: () => Promise<void>;
  /** Resolves when serving has ended, rejects when it broke. */
  readonly ended: Promise<void>;
}

/** Light activities at once: they wait for the disk, not for the processor. */
const lightSlots = 4;

/** Workflows kept in memory, at about a megabyte each; the rest are replayed when they wake up. */
const cachedWorkflows = 150;

/** A cell that is told to stop has so long to save its state before its activity is given up. */
const forceSeconds = 20;

/** Longer than any activity: when those under way are to stop is said by us, not by the worker's shutdown. */
const shutdownGraceTime = '100d';

export async function serve(options: ServeOptions): Promise<Serving> {
  installRuntime(options.log);
  const { target, taskQueue, bundle, activities, slots } = options;
  const connection = await NativeConnection.connect(target.connection);
  const shared = {
    connection,
    namespace: target.namespace,
    // Heartbeats carry liveness: a worker that died is noticed when they stop, so they must not be held back.
    maxHeartbeatThrottleInterval: '3s',
    defaultHeartbeatThrottleInterval: '3s',
    shutdownGraceTime,
  } as const;
  const coordinator = await Worker.create({
    ...shared,
    taskQueue,
    workflowBundle: { codePath: bundle },
    activities: { ...activities },
    maxConcurrentActivityTaskExecutions: lightSlots,
    maxCachedWorkflows: cachedWorkflows,
    // A worker that vanished holds a run's next step back for so long at most.
    stickyQueueScheduleToStartTimeout: '5s',
  });
  const compute = await Worker.create({
    ...shared,
    taskQueue: computeQueue(taskQueue),
    activities: { runCells: activities.runCells },
    maxConcurrentActivityTaskExecutions: slots,
  });
  const runs = [coordinator.run(), compute.run()];
  const ended = Promise.all(runs).then(() => connection.close());
  const finish = async () => {
    for (const worker of [coordinator, compute]) if (worker.getState() === 'RUNNING') worker.shutdown();
    await ended.catch(() => undefined);
  };
  const stop = async () => {
    options.stopActivities();
    await Promise.race([finish(), setTimeout(forceSeconds * 1000, undefined, { ref: false })]);
  };
  return { stop, finish, ended };
}

/** Temporal's own messages go to the worker's log; it must not take signals, since the worker process decides on them. */
function installRuntime(line: (line: string) => void): void {
  const write = (level: string) => (message: string, meta?: object) =>
    line(`${level} ${message}${meta === undefined ? '' : ` ${safeText(meta)}`}`);
  const quiet = () => undefined;
  const [warn, error] = [write('WARN'), write('ERROR')];
  const log = (level: LogLevel, message: string, meta?: object) => {
    if (level === 'ERROR') error(message, meta);
    else if (level === 'WARN') warn(message, meta);
  };
  const logger = { log, trace: quiet, debug: quiet, info: quiet, warn, error };
  Runtime.install({
    logger,
    shutdownSignals: [],
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) } },
  });
}

function safeText(meta: object): string {
  try {
    return JSON.stringify(meta, (_, value: unknown) =>
      value instanceof Error ? value.stack : typeof value === 'bigint' ? `${value}` : value,
    );
  } catch {
    return '(cannot be printed)';
  }
}
