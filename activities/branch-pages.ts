/** Branches of a plan in pages: a plan of thousands of them has more to tell than one payload should hold. */
import type { BranchOverview, BranchPage, BranchPageInput } from '../schemas/engine.ts';
import { rangesOf } from '../schemas/ranges.ts';
import type { PlanReader } from './plan-reader.ts';

/** Characters of JSON a page holds: half of what a payload may have, so that what stands around it has room. */
const pageCharacters = 100_000;

/** The branches from a number on; what each needs as ranges, for a join may need all that come before it. */
export async function listBranches(plans: PlanReader, { plan, from }: BranchPageInput): Promise<BranchPage> {
  const { branches } = await plans.head(plan);
  const all = branches.slice(from).map(({ index, needs }) => ({ id: index, needs: rangesOf(needs) }));
  // One at least, or a run would ask for the same page for ever.
  const page = all.slice(0, Math.max(1, fitting(all)));
  const next = from + page.length;
  return { branches: page, ...(next < branches.length ? { next } : {}) };
}

/** As many of the first branches as a page holds; it may be none. */
export function firstPage(branches: readonly BranchOverview[]): readonly BranchOverview[] {
  return branches.slice(0, fitting(branches));
}

function fitting(entries: readonly unknown[]): number {
  let room = pageCharacters;
  const first = entries.findIndex(entry => (room -= JSON.stringify(entry).length + 1) < 0);
  return first < 0 ? entries.length : first;
}
