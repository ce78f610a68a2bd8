/** The compute processes of a worker: one per slot, started when first needed, kept warm, replaced when they die. */
import { CellFailure } from '../../activities/cell-failure.ts';
import type { ExecuteCell } from '../../activities/compute.ts';
import type { ComputeResources } from '../../activities/step-body.ts';
import { type ComputeProcess, startComputeProcess } from './compute-process.ts';
import { type Room, createSlots } from './slots.ts';

export interface ComputePool {
  readonly execute: ExecuteCell;
  /** Process ids, for people and for tests that kill them. */
  readonly pids: () => number[];
  readonly stop: () => Promise<void>;
}

export interface ComputePoolOptions {
  /** The compute process to start: dist/compute.js. */
  readonly entry: string;
  /** Root of the store. */
  readonly store: string;
  /** Root of a store for all that is written; without it, the same one. */
  readonly scratch?: string;
  readonly room: Room;
  readonly resources: ComputeResources;
  readonly checkpointSeconds: number;
  readonly onOutput: (line: string) => void;
}

/** A warm process that has grown beyond this is replaced while it is idle: caches are cheap to make again. */
const largestIdle = 1.5e9;

const workerStopped = 'the worker stopped';

export function createComputePool(options: ComputePoolOptions): ComputePool {
  const slots = createSlots(options.room);
  const processes = new Set<ComputeProcess>();
  const idle: ComputeProcess[] = [];
  const { entry, store, scratch, resources, checkpointSeconds, onOutput } = options;
  let stopped = false;

  const warm = (): ComputeProcess => {
    for (let found = idle.pop(); found !== undefined; found = idle.pop()) {
      if (found.alive()) return found;
      processes.delete(found);
    }
    const started = startComputeProcess({
      entry,
      open: { type: 'open', store, resources, checkpointSeconds, ...(scratch === undefined ? {} : { scratch }) },
      onOutput,
    });
    processes.add(started);
    return started;
  };
  const giveBack = async (compute: ComputeProcess) => {
    if (compute.alive() && compute.memory() < largestIdle) idle.push(compute);
    else {
      processes.delete(compute);
      await compute.kill();
    }
  };

  const execute: ExecuteCell = async (task, hooks) => {
    const { cpu, gpu, memory, time } = task.cell.resources;
    refuseTooMuch({ cpu, gpu, memory }, options.room);
    const release = await slots.take({ cpu, memory }, hooks.signal).catch((error: unknown) => {
      throw new CellFailure('preempted', 'the worker stopped before there was room', { cause: error });
    });
    try {
      // A slot that falls free because the pool stops must not start another process.
      if (stopped) throw new CellFailure('preempted', workerStopped);
      hooks.onBegin();
      return await runIn(warm(), task, { ...hooks, seconds: time });
    } finally {
      release();
    }
  };
  const runIn = async (compute: ComputeProcess, ...given: Parameters<ComputeProcess['run']>) => {
    try {
      return await compute.run(...given);
    } catch (error) {
      throw stopped ? new CellFailure('preempted', workerStopped, { cause: error }) : error;
    } finally {
      await giveBack(compute);
    }
  };
  const stop = async () => {
    stopped = true;
    idle.length = 0;
    await Promise.all([...processes].map(compute => compute.kill()));
  };
  const pids = () => [...processes].flatMap(({ pid, alive }) => (pid !== undefined && alive() ? [pid] : []));
  return { execute, pids, stop };
}

function refuseTooMuch(asked: { cpu: number; gpu: number; memory: number }, room: Room): void {
  if (asked.gpu > 0) {
    throw new CellFailure(
      'user',
      `it asks for ${asked.gpu} GPU, and this worker has none: set \`resources: { gpu: 0 }\` or run a worker that has one`,
    );
  }
  if (asked.cpu > room.cpu) {
    throw new CellFailure(
      'user',
      `it asks for ${asked.cpu} slots, and this worker has ${room.cpu}: lower \`resources.cpu\` or start the worker with more --slots`,
    );
  }
  if (asked.memory > room.memory) {
    const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
    throw new CellFailure(
      'user',
      `it asks for ${gigabytes(asked.memory)} of memory, and this worker has ${gigabytes(room.memory)}: lower \`resources.memory\``,
    );
  }
}
