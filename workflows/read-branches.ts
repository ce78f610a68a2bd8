/** The branches of a run's plan, page by page: what each needs, which are there already, which go first. */
import type { BranchMarks, BranchOverview, NumberRanges, RunReference } from '../schemas/engine.ts';
import { numbersIn, rangesOf } from '../schemas/ranges.ts';
import { book } from './activities.ts';

export interface BranchList {
  readonly branches: readonly BranchOverview[];
  readonly marks: BranchMarks;
}

/** Opens the run: looks up what is recorded and lists the branches. */
export async function openBranches({ run, plan }: RunReference): Promise<BranchList> {
  const { branches, rest } = await book.openRun({ run, plan });
  if (rest === undefined) {
    const waits = rangesOf(branches.filter(branch => branch.waits === true).map(({ id }) => id));
    return { branches, marks: { recorded: [], pilots: [], waits } };
  }
  return { branches: [...branches, ...(await branchesFrom({ run, plan }, rest.from, rest.marks))], marks: rest.marks };
}

/** The branches from a number on, with marks that were made before. */
export async function branchesFrom(
  { run, plan }: RunReference,
  first: number,
  marks: BranchMarks,
): Promise<BranchOverview[]> {
  const setOf = (ranges: NumberRanges) => new Set(numbersIn(ranges));
  const [recorded, pilots, waits] = [setOf(marks.recorded), setOf(marks.pilots), setOf(marks.waits)];
  const branches: BranchOverview[] = [];
  for (let from: number | undefined = first; from !== undefined;) {
    const page: Awaited<ReturnType<typeof book.listBranches>> = await book.listBranches({ run, plan, from });
    for (const { id, needs } of page.branches)
      branches.push({
        id,
        needs: [...numbersIn(needs)],
        recorded: recorded.has(id),
        pilot: pilots.has(id),
        ...(waits.has(id) ? { waits: true } : {}),
      });
    from = page.next;
  }
  return branches;
}
