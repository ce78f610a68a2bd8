/** The branches of a run's plan, page by page: what each needs, which are there already, which go first. */
import type { BranchMarks, BranchOverview, RunReference } from '../schemas/engine.ts';
import { numbersIn } from '../schemas/ranges.ts';
import { book } from './activities.ts';

export interface BranchList {
  readonly branches: readonly BranchOverview[];
  readonly marks: BranchMarks;
}

/** Opens the run: looks up what is recorded and lists the branches. */
export async function openBranches({ run, plan }: RunReference): Promise<BranchList> {
  const { branches, rest } = await book.openRun({ run, plan });
  if (rest === undefined) return { branches, marks: { recorded: [], pilots: [] } };
  return { branches: [...branches, ...(await branchesFrom({ run, plan }, rest.from, rest.marks))], marks: rest.marks };
}

/** The branches from a number on, with marks that were made before. */
export async function branchesFrom(
  { run, plan }: RunReference,
  first: number,
  marks: BranchMarks,
): Promise<BranchOverview[]> {
  const [recorded, pilots] = [new Set(numbersIn(marks.recorded)), new Set(numbersIn(marks.pilots))];
  const branches: BranchOverview[] = [];
  for (let from: number | undefined = first; from !== undefined;) {
    const page: Awaited<ReturnType<typeof book.listBranches>> = await book.listBranches({ run, plan, from });
    for (const { id, needs } of page.branches)
      branches.push({ id, needs: [...numbersIn(needs)], recorded: recorded.has(id), pilot: pilots.has(id) });
    from = page.next;
  }
  return branches;
}
