/** Attempts by the engine's own code at the cells of a drawn plan, and a book of what was executed and published. */
import { attemptCell } from '../../../activities/attempt-cell.ts';
import { CellFailure } from '../../../activities/cell-failure.ts';
import type { CellResult, CellTask, ExecutionHooks } from '../../../activities/compute.ts';
import type { PlanCell } from '../../../schemas/plan.ts';
import type { MemoryStore } from '../../../store/memory-store.ts';
import { dependencies } from '../rig.ts';
import type { DrawnPlan } from './drawn-plan.ts';
import { type Steps, type SteppedWorker, steppedStore } from './stepped-worker.ts';
import { type Arrived, workOf } from './work-of-cells.ts';

/** One start of a cell's body, with what the one who started it could know. */
export interface Execution {
  readonly run: string;
  readonly cell: PlanCell;
  /** Whether this very work was published before, by an attempt that held its lease or by one that had lost it. */
  readonly published: 'no' | 'in time' | 'late';
  /** It held the cell's lease. */
  readonly holder: boolean;
  /** Its worker had been asleep before. */
  readonly overslept: boolean;
  readonly arrived: readonly (readonly [port: string, cells: readonly string[]])[];
}

/** Attempts by the engine's own code, at cells whose bodies do what the plan's fates say. */
export function createAttempts(plan: DrawnPlan, raw: MemoryStore) {
  const executions: Execution[] = [];
  const contradictions: string[] = [];
  const holders = new Map<string, number>();
  const flaked = new Set<string>();
  const published = new Map<string, 'in time' | 'late'>();

  const attempt = (
    number: number,
    worker: SteppedWorker,
    steps: Steps,
    { run, cell }: { readonly run: string; readonly cell: PlanCell },
  ) => {
    const step = () => steps.step(worker);
    let current: string | undefined;
    const awake = async () => {
      while (worker.asleep && worker.alive) await new Promise(resolve => void setImmediate(resolve));
      if (!worker.alive) await new Promise(() => undefined);
    };
    const failure = () => {
      const taken = worker.failure;
      worker.failure = undefined;
      return taken;
    };
    const booked: MemoryStore = {
      ...raw,
      publish: async record => {
        const before = await raw.record(record.key, record.run);
        const isHolder = cell.weight === 'light' || holders.get(record.key) === number;
        const result = await raw.publish(record);
        if (result === 'published' && record.reused_from === undefined)
          published.set(workName(record.key, current ?? ''), isHolder ? 'in time' : 'late');
        const after = await raw.record(record.key, record.run);
        if (JSON.stringify(after?.outputs) !== JSON.stringify(record.outputs))
          contradictions.push(`${record.key} gave other bytes`);
        if (before !== undefined && JSON.stringify(after) !== JSON.stringify(before))
          contradictions.push(`the record of ${record.key} changed`);
        return result;
      },
    };
    const store = steppedStore(booked, step, { failure, onLease: key => holders.set(key, number), renewal: awake });
    const execute = async (task: CellTask, { onBegin, signal }: ExecutionHooks): Promise<CellResult> => {
      onBegin();
      const work = workOf(plan, task.cell, await arrivedTexts(raw, task));
      current = work.identity;
      executions.push({
        run,
        cell,
        published: published.get(workName(task.cell.key, work.identity)) ?? 'no',
        holder: holders.get(task.cell.key) === number,
        overslept: worker.overslept,
        arrived: Object.entries(task.inputs).map(([port, { parts }]) => [port, parts.map(part => part.key)]),
      });
      await step();
      if (signal.aborted) throw new CellFailure('preempted', 'told to stop');
      if (work.fate.fate === 'fails') throw new CellFailure(work.fate.class, 'as drawn');
      if (work.fate.fate === 'flaky' && !flaked.has(work.identity)) {
        flaked.add(work.identity);
        throw new CellFailure(work.fate.class, 'as drawn, once');
      }
      const bytes = new TextEncoder().encode(work.text);
      const output = { kind: 'json', digest: await store.put(bytes), bytes: bytes.length } as const;
      return {
        outputs: { [cell.use === 'gate' ? 'verdict' : 'out']: output },
        notes: {},
        seconds: 1,
        resumedAt: [],
      };
    };
    const needed = { ...dependencies(store, { execute, exclusive: cell.weight === 'heavy' }) };
    const owner = { host: 'model', pid: number };
    const nothing = () => undefined;
    const hooks = { signal: worker.shutdown.signal, onStart: nothing, onProgress: nothing, onVanished: nothing };
    return attemptCell({ ...needed, owner }, run, cell, hooks);
  };
  return { attempt, executions, contradictions };
}

/** A key with missing parts may stand for several pieces of work, each by what arrived. */
function workName(key: string, identity: string): string {
  return `${key} ${identity}`;
}

async function arrivedTexts(store: MemoryStore, { inputs }: CellTask): Promise<Arrived> {
  return Promise.all(
    Object.entries(inputs).map(async ([port, { parts }]) => {
      const texts = parts.map(
        async part => [Number(part.at[0]), Buffer.from(await store.get(part.artifact.digest)).toString()] as const,
      );
      return [port, await Promise.all(texts)] as const;
    }),
  );
}
