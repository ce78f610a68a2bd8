/** The start of a run, and of every time it is taken up again: what is recorded already, and what goes first. */
import type { BranchMarks, BranchOverview, RunOverview, RunReference } from '../schemas/engine.ts';
import type { CellKey } from '../schemas/identity.ts';
import { approvalNames, approvalsIn } from '../schemas/approval.ts';
import type { PlanCell, PlanHead } from '../schemas/plan.ts';
import type { Store } from '../store/store.ts';
import { numbersIn, rangesOf } from '../schemas/ranges.ts';
import { atMost } from './at-most.ts';
import { firstPage } from './branch-pages.ts';
import { gateVerdict } from './gate-verdict.ts';
import { pilotBranches } from './pilot.ts';
import type { PlanReader } from './plan-reader.ts';

/** Slices of a plan read at once: enough to hide a disk's latency; a hundred thousand parsed cells fill a memory. */
const slicesAtOnce = 8;

/** Looks all keys up in bulk, logs which cells are there, and tells the coordinator what is left. */
export async function openRun(store: Store, plans: PlanReader, { run, plan }: RunReference): Promise<RunOverview> {
  const head = await plans.head(plan);
  const asked = approvalsIn(head);
  const branches = await atMost(slicesAtOnce, head.branches, async ({ index, needs }) =>
    summarise({ id: index, needs, asked }, [...(await plans.cells(plan, index)).values()]),
  );
  const recorded = await recordedCells(store, run, branches);
  await logRecorded(store, run, keysOf(branches, recorded));
  const known = branches.map(branch => ({
    ...branch,
    recorded: branch.cells.every(cell => recorded.has(cell)),
    waits: branch.asking.some(cell => !recorded.has(cell)),
  }));
  const pilots = pilotBranches(known);
  const overviews = known.map(({ id, needs, recorded: all, waits }): BranchOverview => ({
    id,
    needs,
    recorded: all,
    pilot: pilots.has(id),
    ...(waits ? { waits } : {}),
  }));
  const listed = firstPage(overviews);
  return {
    branches: listed,
    ...(listed.length < overviews.length ? { rest: { from: listed.length, marks: marksOf(overviews) } } : {}),
    cells: head.cells,
    recorded: recorded.size,
  };
}

/** What is kept of a branch while the others are read. */
interface BranchSummary {
  readonly id: number;
  readonly needs: readonly number[];
  readonly cells: readonly number[];
  readonly keys: readonly CellKey[];
  /** Those of its cells that ask for a person's word. */
  readonly asking: readonly number[];
  readonly shape: string;
  readonly heavy: boolean;
}

function summarise(
  { id, needs, asked }: Pick<BranchSummary, 'id' | 'needs'> & { readonly asked: ReturnType<typeof approvalsIn> },
  cells: readonly PlanCell[],
): BranchSummary {
  const asks = (cell: PlanCell) => approvalNames(cell).some(name => asked.has(name));
  return {
    id,
    needs,
    cells: cells.map(({ index }) => index),
    keys: cells.map(({ key }) => key),
    asking: cells.filter(asks).map(({ index }) => index),
    shape: [...new Set(cells.map(({ step }) => step))].sort().join(' '),
    heavy: cells.some(({ weight }) => weight === 'heavy'),
  };
}

/** Indices of the cells whose records are there, of all branches in one look-up. */
async function recordedCells(
  store: Store,
  run: string,
  branches: readonly BranchSummary[],
): Promise<ReadonlySet<number>> {
  const cells = branches.flatMap(branch => branch.cells);
  const found = await store.haveRecords(
    branches.flatMap(branch => branch.keys),
    run,
  );
  return new Set(cells.filter((_, place) => found[place]));
}

function marksOf(branches: readonly BranchOverview[]): BranchMarks {
  const rangesWhere = (holds: (branch: BranchOverview) => boolean) =>
    rangesOf(branches.filter(holds).map(({ id }) => id));
  return {
    recorded: rangesWhere(({ recorded }) => recorded),
    pilots: rangesWhere(({ pilot }) => pilot),
    waits: rangesWhere(({ waits }) => waits === true),
  };
}

function keysOf(branches: readonly BranchSummary[], recorded: ReadonlySet<number>): ReadonlyMap<number, CellKey> {
  return new Map(
    branches.flatMap(({ cells, keys }) =>
      cells.flatMap((cell, place): [number, CellKey][] => {
        const key = keys[place];
        return key !== undefined && recorded.has(cell) ? [[cell, key]] : [];
      }),
    ),
  );
}

/**
 * Cells that this run made itself before it was interrupted have their own line in the log already, or are given it
 * now: whoever published them may have died before the line was written.
 */
async function logRecorded(store: Store, run: string, found: ReadonlyMap<number, CellKey>): Promise<void> {
  if (found.size === 0) return;
  const { events } = await store.events(run);
  const known = new Set(
    events.flatMap(event => (event.event === 'cell-ended' && event.state === 'done' ? [event.cell] : [])),
  );
  for (const event of events) {
    if (event.event === 'cells-cached') for (const cell of numbersIn(event.ranges)) known.add(cell);
  }
  const news = [...found].filter(([cell]) => !known.has(cell));
  if (news.length === 0) return;
  const isTakenUp = events.filter(({ event }) => event === 'run-started').length > 1;
  const own = isTakenUp ? await ownCells(store, run, news) : [];
  const owned = new Set(own.map(event => event.cell));
  const others = news.map(([cell]) => cell).filter(cell => !owned.has(cell));
  const at = new Date().toISOString();
  await store.appendEvents(run, [
    ...own,
    ...(others.length === 0 ? [] : [{ event: 'cells-cached' as const, at, ranges: rangesOf(others) }]),
  ]);
}

/** The lines of those that this run has made. */
async function ownCells(store: Store, run: string, cells: readonly (readonly [number, CellKey])[]) {
  const lines = await atMost(slicesAtOnce, cells, async ([cell, key]) => {
    const record = await store.record(key, run);
    if (record?.run !== run || record.reused_from !== undefined) return [];
    const at = new Date().toISOString();
    const verdict = record.use === 'gate' ? await gateVerdict(store, key, run) : undefined;
    const end = { event: 'cell-ended' as const, at, cell, state: 'done' as const, seconds: record.seconds };
    return [{ ...end, ...(verdict === undefined ? {} : { verdict }) }];
  });
  return lines.flat();
}

/** The cells of a plan, branch by branch; for the command line, which shows them all. */
export async function allCells(plans: PlanReader, plan: string, head: PlanHead): Promise<PlanCell[]> {
  const slices = await atMost(slicesAtOnce, head.branches, branch => plans.cells(plan, branch.index));
  return slices.flatMap(cells => [...cells.values()]).sort((a, b) => a.index - b.index);
}
