/** A worker process: serves one store's cells from a Temporal server until it is told to stop or its parent goes away. */
import { hostname, totalmem } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createActivities } from '../activities/engine.ts';
import { cellExecutor } from '../activities/execute-cell.ts';
import { bodyOf } from '../activities/steps/bodies.ts';
import { stepKinds } from '../schemas/steps/registry.ts';
import { openFolderStore } from '../store/folder/open-folder-store.ts';
import type { Store } from '../store/store.ts';
import { taskQueueOf } from '../workflows/queues.ts';
import { createComputePool } from './compute/compute-pool.ts';
import { createDevicePool } from './compute/device-pool.ts';
import { deviceProbe } from './compute/device-probe.ts';
import { readConfig } from './config.ts';
import { entryPoint, workflowBundle, workflowVersion } from './entry-points.ts';
import { homeOf } from './home.ts';
import { machineEnvironment } from './machine-environment.ts';
import { openLog } from './process-log.ts';
import { createOrderDelivery } from './run/deliver-orders.ts';
import { findNativeBackend } from './setup/native/native-backend.ts';
import { temporalTarget } from './temporal/connection.ts';
import { connectRuns } from './temporal/run-client.ts';
import { type Serving, serve } from './temporal/serve.ts';
import { type WorkerReply, workerStartSchema } from './worker-messages.ts';

/** Share of the machine's memory that heavy cells may ask for together; the rest is the system's and the server's. */
const memoryShare = 0.8;

async function main(): Promise<void> {
  const start = workerStartSchema.parse(JSON.parse(process.argv[2] ?? ''));
  const config = readConfig(start.flags);
  const home = homeOf(config.home);
  const log = await openLog(path.join(home.logs, 'worker.log'));
  const store = await openFolderStore(home.store);
  const native = await findNativeBackend(config);
  const resources = { backend: config.backend, nativePackage: native.state === 'ready' ? native.package : undefined };
  const pool = createComputePool({
    entry: entryPoint('compute'),
    store: home.store,
    room: { cpu: config.slots, memory: Math.round(totalmem() * memoryShare) },
    devices: createDevicePool({
      ids: config.devices,
      folder: config.deviceLocks,
      probe: deviceProbe(config.deviceProbe),
      onOutput: log,
    }),
    resources,
    checkpointSeconds: config.checkpointSeconds,
    onOutput: line => log(`compute: ${line}`),
  });
  const shared = {
    store,
    kinds: stepKinds,
    environment: machineEnvironment(),
    owner: { host: hostname(), pid: process.pid },
  };
  const grouped = store.grouped();
  const light = cellExecutor({ store: grouped, bodyOf, resources, checkpointSeconds: config.checkpointSeconds });
  const stopping = new AbortController();
  const serving = await serve({
    target: temporalTarget(start.address),
    taskQueue: taskQueueOf(store.id, workflowVersion()),
    bundle: workflowBundle(),
    activities: createActivities(
      store,
      {
        light: { ...shared, store: grouped, execute: light, exclusive: false },
        heavy: { ...shared, execute: pool.execute, exclusive: true },
      },
      stopping.signal,
    ),
    stopActivities: () => stopping.abort(),
    slots: config.slots,
    log,
  });
  endWith(serving, pool.stop);
  void keepDelivering(store, start.address, log);
  reply({ type: 'ready', pid: process.pid });
  await serving.ended;
  await pool.stop();
}

/**
 * Told to stop, it lets cells save their state; told to finish, it lets them end, and may still be told to stop. Told to
 * stop twice, or left alone by its parent, it ends at once.
 */
function endWith(serving: Serving, stopPool: () => Promise<void>): void {
  let stopping = false;
  const endAfter = (served: Promise<void>) =>
    void served.then(stopPool).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  const stop = () => {
    if (stopping) process.exit(1);
    stopping = true;
    endAfter(serving.stop());
  };
  process.on('SIGTERM', stop);
  // Ctrl-C reaches the whole process group; the parent decides.
  process.on('SIGINT', () => undefined);
  process.on('message', message => {
    if (message === 'stop') stop();
    if (message === 'finish' && !stopping) endAfter(serving.finish());
  });
  process.on('disconnect', () => process.exit(1));
}

/** Orders that found no server to tell are told within this time of its coming back. */
const deliverMilliseconds = 10_000;

/** Until the process ends; a server that does not answer now is asked again. */
async function keepDelivering(store: Store, address: string | undefined, log: (line: string) => void): Promise<void> {
  let deliver: (() => Promise<void>) | undefined;
  for (;;) {
    try {
      deliver ??= createOrderDelivery(
        store,
        await connectRuns(temporalTarget(address), { storeId: store.id, version: workflowVersion() }),
      );
      await deliver();
    } catch (error) {
      log(`orders could not be told: ${error instanceof Error ? error.message : String(error)}`);
    }
    await setTimeout(deliverMilliseconds, undefined, { ref: false });
  }
}

function reply(message: WorkerReply): void {
  if (process.connected) process.send?.(message, () => undefined);
}

main().catch((error: unknown) => {
  reply({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  console.error(error);
  process.exit(1);
});
