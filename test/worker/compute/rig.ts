/** A pool of compute processes on a store in a temporary folder. */
import { setTimeout } from 'node:timers/promises';
import type { CellResult, CellTask } from '../../../activities/compute.ts';
import type { CellFailure } from '../../../activities/cell-failure.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { type ComputePool, type ComputePoolOptions, createComputePool } from '../../../worker/compute/compute-pool.ts';
import { type TemporaryStore, openTemporaryStore } from '../../store/temporary-store.ts';

export interface PoolRig extends Pick<TemporaryStore, 'store' | 'root'> {
  readonly pool: ComputePool;
  /** What the processes printed. */
  readonly output: readonly string[];
  readonly close: () => Promise<void>;
}

export async function openPool(
  options: Pick<ComputePoolOptions, 'entry'> & Partial<ComputePoolOptions>,
): Promise<PoolRig> {
  const { store, root, close } = await openTemporaryStore();
  const output: string[] = [];
  const pool = createComputePool({
    store: root,
    room: { cpu: 1, memory: 8e9 },
    resources: { backend: undefined, nativePackage: undefined },
    checkpointSeconds: 30,
    onOutput: line => output.push(line),
    ...options,
  });
  return {
    store,
    root,
    pool,
    output,
    close: async () => {
      await pool.stop();
      await close();
    },
  };
}

/** A cell under way. */
export interface Execution {
  /** Settles when the cell is done; rejects with its failure. */
  readonly result: Promise<CellResult>;
  /** Resolves when the body has said that it is at work. */
  readonly working: Promise<void>;
  readonly stop: () => void;
}

export function start(pool: ComputePool, task: CellTask): Execution {
  const stopping = new AbortController();
  const { promise: working, resolve } = withResolvers();
  const result = pool.execute(task, { signal: stopping.signal, onBegin: () => undefined, onProgress: resolve });
  // A failure before anybody waits for it is still told to whoever does.
  result.catch(() => undefined);
  return { result, working, stop: () => stopping.abort(new Error('the test says so')) };
}

/** The failure of a cell that must fail. */
export async function failure({ result }: Pick<Execution, 'result'>): Promise<Pick<CellFailure, 'class' | 'message'>> {
  try {
    await result;
  } catch (error) {
    const { class: failureClass, message } = error as CellFailure;
    return { class: failureClass, message };
  }
  throw new Error('the cell did not fail');
}

/** The process that did an `odd` cell. */
export async function processOf({ store }: Pick<PoolRig, 'store'>, result: CellResult): Promise<number> {
  const table = await openTable(store, result.outputs['out']!.digest);
  for await (const row of table.rowsOf()) return Number(row['pid']);
  throw new Error('the cell wrote no row');
}

export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves once the condition holds; fails after twenty seconds. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`it never came about that ${what}`);
    await setTimeout(5);
  }
}

/** `Promise.withResolvers` of later Node versions. */
function withResolvers() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>(done => (resolve = done));
  return { promise, resolve: () => resolve() };
}
