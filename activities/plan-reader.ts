/** Plans as activities read them: parsed once per process, the latest few kept. */
import type { PlanCell, PlanHead } from '../schemas/plan.ts';
import { readPlanHead, readPlanSlice } from '../store/plan-files.ts';
import type { BlobStore } from '../store/store.ts';

export interface PlanReader {
  readonly head: (plan: string) => Promise<PlanHead>;
  /** The cells of a branch, by index. */
  readonly cells: (plan: string, branch: number) => Promise<ReadonlyMap<number, PlanCell>>;
}

/** Slices kept in memory: the branches a worker is at, and some. A slice of 500 cells is about a megabyte. */
const keptSlices = 64;

export function createPlanReader(store: BlobStore): PlanReader {
  const heads = new Map<string, Promise<PlanHead>>();
  const slices = new Map<string, Promise<ReadonlyMap<number, PlanCell>>>();

  const head = (plan: string) => remember(heads, plan, () => readPlanHead(store, plan));
  const cells = (plan: string, branch: number) =>
    remember(slices, `${plan}/${branch}`, async () => {
      const slice = await readPlanSlice(store, await head(plan), branch);
      return new Map(slice.cells.map(cell => [cell.index, cell]));
    });
  return { head, cells };
}

async function remember<Value>(
  kept: Map<string, Promise<Value>>,
  key: string,
  read: () => Promise<Value>,
): Promise<Value> {
  const found = kept.get(key);
  // Taken out and put back: a Map keeps order of insertion, so the first entry is the one used longest ago.
  kept.delete(key);
  const value = found ?? read();
  kept.set(key, value);
  const oldest = kept.keys().next();
  if (kept.size > keptSlices && !oldest.done) kept.delete(oldest.value);
  try {
    return await value;
  } catch (error) {
    kept.delete(key);
    throw error;
  }
}
