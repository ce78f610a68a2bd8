/** Plans in the store: a head, and a slice of cells per branch, each a JSON blob named by its digest. */
import { z } from 'zod';
import { type Digest, digestSchema } from '../schemas/identity.ts';
import type { Json } from '../schemas/json.ts';
import { type Plan, type PlanHead, type PlanSlice, planHeadSchema, planSliceSchema } from '../schemas/plan.ts';
import { CorruptBlobError, MissingBlobError, UnreadablePlanError } from './errors.ts';
import type { BlobStore } from './store.ts';

/** Writes a plan; the digest returned names it. The same plan always has the same digest. */
export async function writePlan(store: BlobStore, plan: Plan): Promise<Digest> {
  const { cellList, branchList, ...head } = plan;
  const branches = await Promise.all(
    branchList.map(async ({ index, title, needs, cells }) => {
      const slice = {
        branch: index,
        cells: cells.map(cell => {
          const found = cellList[cell];
          if (found === undefined) throw new Error(`internal: branch ${index} names cell ${cell}, which is not there`);
          return found;
        }),
      };
      return { index, title, needs: [...needs], cells: cells.length, slice: await putText(store, slice) };
    }),
  );
  return putText(store, { format: 1, ...head, branches });
}

/** Reads a plan's head. */
export async function readPlanHead(store: BlobStore, plan: string): Promise<PlanHead> {
  return readText(store, plan, planHeadSchema);
}

/** Reads the cells of one branch. */
export async function readPlanSlice(store: BlobStore, head: PlanHead, branch: number): Promise<PlanSlice> {
  const entry = head.branches[branch];
  if (entry === undefined) throw new Error(`internal: the plan has no branch ${branch}`);
  return readText(store, entry.slice, planSliceSchema);
}

async function putText(store: BlobStore, value: Json): Promise<Digest> {
  // Not the canonical text: axes keep the order in which the study declares them, and names are printed in it.
  return store.put(Buffer.from(JSON.stringify(value)));
}

async function readText<Value>(store: BlobStore, digest: string, schema: z.ZodType<Value>): Promise<Value> {
  try {
    const bytes = await store.get(digestSchema.parse(digest), { verify: true });
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    if (isUnreadable(error)) throw new UnreadablePlanError(digest, error);
    throw error;
  }
}

/** It is not there, or not what was written; a disk that fails for the moment says something else. */
function isUnreadable(error: unknown): boolean {
  return [MissingBlobError, CorruptBlobError, z.ZodError, SyntaxError].some(kind => error instanceof kind);
}
