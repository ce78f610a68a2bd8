/** The start of a run, and of every time it is taken up again: what is recorded already, and what goes first. */
import { approvalNames, approvalsIn } from '../schemas/approval.ts';
import type { BranchOverview, RunOverview, RunReference } from '../schemas/engine.ts';
import type { PlanCell, PlanHead } from '../schemas/plan.ts';
import type { Store } from '../store/store.ts';
import { numbersIn, rangesOf } from '../schemas/ranges.ts';
import { pilotBranches } from './pilot.ts';
import type { PlanReader } from './plan-reader.ts';

/** Looks all keys up in bulk, logs which cells are there, and tells the coordinator what is left. */
export async function openRun(store: Store, plans: PlanReader, { run, plan }: RunReference): Promise<RunOverview> {
  const head = await plans.head(plan);
  const branches = await Promise.all(
    head.branches.map(async branch => {
      const cells = [...(await plans.cells(plan, branch.index)).values()];
      const recorded = await store.haveRecords(
        cells.map(cell => cell.key),
        run,
      );
      return { branch, cells, recorded };
    }),
  );
  const found = branches.flatMap(({ cells, recorded }) =>
    cells.filter((_, index) => recorded[index]).map(cell => cell.index),
  );
  await logRecorded(store, run, found);
  const asked = approvalsIn(head);
  const waitsForPerson = (cell: PlanCell) => approvalNames(cell).some(name => asked.has(name));
  const waiting = new Set(
    branches.flatMap(({ branch, cells, recorded }) =>
      cells.some((cell, index) => recorded[index] !== true && waitsForPerson(cell)) ? [branch.index] : [],
    ),
  );
  const pilots = pilotBranches(
    branches.map(({ branch, cells, recorded }) => ({
      id: branch.index,
      needs: branch.needs,
      shape: shapeOf(cells),
      heavy: cells.some(cell => cell.weight === 'heavy'),
      recorded: recorded.every(Boolean),
      waits: waiting.has(branch.index),
    })),
  );
  return {
    branches: branches.map(({ branch, recorded }): BranchOverview => ({
      id: branch.index,
      needs: branch.needs,
      recorded: recorded.every(Boolean),
      pilot: pilots.has(branch.index),
      ...(waiting.has(branch.index) ? { waits: true } : {}),
    })),
    cells: head.cells,
    recorded: found.length,
  };
}

/** Cells that this run made itself before it was interrupted have their own line in the log already. */
async function logRecorded(store: Store, run: string, found: readonly number[]): Promise<void> {
  const { events } = await store.events(run);
  const known = new Set(
    events.flatMap(event => (event.event === 'cell-ended' && event.state === 'done' ? [event.cell] : [])),
  );
  for (const event of events) {
    if (event.event === 'cells-cached') for (const cell of numbersIn(event.ranges)) known.add(cell);
  }
  const news = found.filter(cell => !known.has(cell));
  if (news.length === 0) return;
  await store.appendEvents(run, [{ event: 'cells-cached', at: new Date().toISOString(), ranges: rangesOf(news) }]);
}

function shapeOf(cells: readonly PlanCell[]): string {
  return [...new Set(cells.map(cell => cell.step))].sort().join(' ');
}

/** The cells of a plan, branch by branch; for the command line, which shows them all. */
export async function allCells(plans: PlanReader, plan: string, head: PlanHead): Promise<PlanCell[]> {
  const slices = await Promise.all(head.branches.map(branch => plans.cells(plan, branch.index)));
  return slices.flatMap(cells => [...cells.values()]).sort((a, b) => a.index - b.index);
}
