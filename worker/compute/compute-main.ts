/** A compute process: opens the store, then runs the cells it is given, one at a time, until its worker goes away. */
import { cellExecutor } from '../../activities/execute-cell.ts';
import { classify } from '../../activities/cell-failure.ts';
import type { CellProgress, CellTask, ExecuteCell } from '../../activities/compute.ts';
import { bodyOf } from '../../activities/steps/bodies.ts';
import { openFolderStore } from '../../store/folder/open-folder-store.ts';
import { scratchStore } from '../../store/scratch-store.ts';
import { readVariables } from '../config.ts';
import { type GrantedDevice, noteUser } from './device-lock.ts';
import type { ComputeReply, ComputeRequest } from './messages.ts';

let executor: Promise<ExecuteCell> | undefined;
let stopping = new AbortController();

// Without a worker there is nobody to work for: the cell's attempt is over, and its lease runs out.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; the worker decides what becomes of the cell.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => stopping.abort());
process.on('message', (request: ComputeRequest) => {
  if (request.type === 'open') executor = open(request);
  else if (request.type === 'run') void run(request.task, request.devices);
  else stopping.abort();
});

async function open({
  store: root,
  scratch,
  resources,
  checkpointSeconds,
}: ComputeRequest & { readonly type: 'open' }): Promise<ExecuteCell> {
  const base = await openFolderStore(root);
  const store = scratch === undefined ? base : scratchStore(base, await openFolderStore(scratch));
  const opened = cellExecutor({ store, bodyOf, resources, checkpointSeconds, variables: readVariables });
  reply({ type: 'ready' });
  return opened;
}

async function run(task: CellTask, devices: readonly GrantedDevice[]): Promise<void> {
  stopping = new AbortController();
  try {
    if (executor === undefined) throw new Error('internal: the compute process was given a cell before its store');
    const execute = await executor;
    const onProgress = throttled(progress => reply({ type: 'progress', progress }));
    const result = await execute(task, {
      signal: stopping.signal,
      onBegin: () => undefined,
      onProgress,
      devices: devices.map(({ id }) => id),
      onGroup: leader => {
        // Here and not in the worker: a worker that dies now must leave word of who uses its devices.
        for (const device of devices) noteUser(device, leader);
        reply({ type: 'group', leader });
      },
    });
    reply({ type: 'done', result, memory: process.memoryUsage.rss() });
  } catch (error) {
    const failure = classify(error);
    reply({ type: 'failed', class: failure.class, message: failure.message, memory: process.memoryUsage.rss() });
  }
}

function reply(message: ComputeReply): void {
  // The worker may have gone meanwhile: `disconnect` ends this process.
  if (process.connected) process.send?.(message, () => undefined);
}

/** People read progress; a training step takes a millisecond. */
const progressMilliseconds = 500;

/** A new checkpoint is told at once: what it holds is not lost with this process. */
function throttled(send: (progress: CellProgress) => void): (progress: CellProgress) => void {
  let last = Number.NEGATIVE_INFINITY;
  let checkpoint: number | undefined;
  return progress => {
    const now = performance.now();
    if (now - last < progressMilliseconds && progress.checkpoint === checkpoint) return;
    last = now;
    checkpoint = progress.checkpoint;
    send(progress);
  };
}
