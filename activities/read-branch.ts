/** A branch as its workflow sees it: cells and edges inside it, with everything outside settled. */
import type { BranchCell, BranchGraph, BranchReference, CellOutcome } from '../schemas/engine.ts';
import type { CellKey } from '../schemas/identity.ts';
import type { PlanCell, PlanInput } from '../schemas/plan.ts';
import { numbersIn, rangesOf } from '../schemas/ranges.ts';
import type { RunEvent } from '../schemas/run.ts';
import type { Store } from '../store/store.ts';
import { endedCells } from './ended-cells.ts';
import { gateVerdict } from './gate-verdict.ts';
import type { PlanReader } from './plan-reader.ts';

/**
 * Branches that this one needs have ended, so an input from outside is there now or never. A cell that lacks some is
 * given its end here; the rest are left with the edges inside the branch.
 */
export async function readBranch(store: Store, plans: PlanReader, reference: BranchReference): Promise<BranchGraph> {
  const { run, plan, branch } = reference;
  const cells = await plans.cells(plan, branch);
  const list = [...cells.values()];
  const have = await lookUp(store, run, list);
  const skipped = await skippedCells(store, run, list, have);
  const recorded = list.filter(cell => have.has(cell.key));
  const left = await leftCells(store, run, list, have);
  const ruledOut: RuledOut[] = [];
  for (const cell of list.filter(each => !have.has(each.key) && !left.has(each.index))) {
    const end =
      (await guardedFromOutside(store, plans, reference, { cell, cells })) ??
      lackFromOutside(cell, cells, have, skipped);
    if (end !== undefined) ruledOut.push({ cell: cell.index, ...end });
  }
  await logEnded(store, run, recorded, ruledOut);
  const cached = recorded.map(async (cell): Promise<CellOutcome> => ({
    cell: cell.index,
    state: 'cached',
    ...(await verdictOf(store, run, cell)),
  }));
  return {
    cells: list.map(cell => branchCell(cell, cells, have)),
    // What is left goes from the end to the front: a cell whose end is known needs no line because of one above it.
    ended: [
      ...(await Promise.all(cached)),
      ...[...left].reverse().map(([cell, state]) => ({ cell, state })),
      ...ruledOut.map(({ cell, state }) => ({ cell, state })),
    ],
  };
}

/**
 * Cells that a rerun leaves as they were, in plan order; the log has them since the run began. Here a cancelled one is
 * blocked: the workflow would log what it is told is cancelled.
 */
async function leftCells(
  store: Store,
  run: string,
  list: readonly PlanCell[],
  have: ReadonlySet<CellKey>,
): Promise<ReadonlyMap<number, 'failed' | 'blocked'>> {
  const groups = (await store.run(run))?.origin?.left ?? [];
  if (groups.length === 0) return new Map();
  const states = new Map(
    groups.flatMap(({ state, ranges }) =>
      [...numbersIn(ranges)].map(cell => [cell, state === 'failed' ? ('failed' as const) : ('blocked' as const)]),
    ),
  );
  return new Map(
    list.flatMap(({ index, key }) => {
      const state = have.has(key) ? undefined : states.get(index);
      return state === undefined ? [] : [[index, state]];
    }),
  );
}

interface RuledOut {
  readonly cell: number;
  readonly state: 'blocked' | 'skipped';
  readonly reason: string;
  /** The gate, or the first input that is missing. */
  readonly because: number;
}

async function logEnded(
  store: Store,
  run: string,
  recorded: readonly PlanCell[],
  ruledOut: readonly RuledOut[],
): Promise<void> {
  const at = new Date().toISOString();
  const events: RunEvent[] = ruledOut.map(end => ({ event: 'cell-ended', at, ...end }));
  if (recorded.length > 0)
    events.unshift({ event: 'cells-cached', at, ranges: rangesOf(recorded.map(cell => cell.index)) });
  if (events.length > 0) await store.appendEvents(run, events);
}

type Cells = ReadonlyMap<number, PlanCell>;

/** Keys of this branch's cells and of their inputs that have records. */
async function lookUp(store: Store, run: string, list: readonly PlanCell[]): Promise<ReadonlySet<CellKey>> {
  const keys = [
    ...new Set(
      list.flatMap(cell => [
        cell.key,
        ...Object.values(cell.inputs).flatMap(input => input.parts.map(part => part.key)),
      ]),
    ),
  ];
  const found = await store.haveRecords(keys, run);
  return new Set(keys.filter((_, index) => found[index]));
}

/** Of the outside cells that are missing, those that a gate took away; the rest failed or were blocked. */
async function skippedCells(store: Store, run: string, list: readonly PlanCell[], have: ReadonlySet<CellKey>) {
  const missing = list.flatMap(cell =>
    Object.values(cell.inputs).flatMap(input => input.parts.flatMap(part => (have.has(part.key) ? [] : [part.cell]))),
  );
  if (missing.length === 0) return new Set<number>();
  const ends = await endedCells(store, run);
  return new Set(missing.filter(cell => ends.get(cell)?.state === 'skipped'));
}

async function verdictOf(store: Store, run: string, cell: PlanCell): Promise<{ verdict?: string }> {
  if (cell.use !== 'gate') return {};
  const verdict = await gateVerdict(store, cell.key, run);
  return verdict === undefined ? {} : { verdict };
}

async function guardedFromOutside(
  store: Store,
  plans: PlanReader,
  { run, plan }: BranchReference,
  { cell, cells }: { readonly cell: PlanCell; readonly cells: Cells },
): Promise<Omit<RuledOut, 'cell'> | undefined> {
  for (const guard of cell.guards.filter(({ gate }) => !cells.has(gate))) {
    const key = (await plans.head(plan)).gates.find(gate => gate.cell === guard.gate)?.key;
    const verdict = key === undefined ? undefined : await gateVerdict(store, key, run);
    if (verdict !== undefined && guard.verdicts.includes(verdict)) {
      return { state: 'skipped', because: guard.gate, reason: `ruled out by gates.${guard.name} (${verdict})` };
    }
  }
  return undefined;
}

/** What becomes of a cell whose outside inputs can no longer meet a quorum. */
function lackFromOutside(cell: PlanCell, cells: Cells, have: ReadonlySet<CellKey>, skipped: ReadonlySet<number>) {
  for (const [port, input] of Object.entries(cell.inputs)) {
    const outside = input.parts.filter(part => !cells.has(part.cell));
    const lost = outside.filter(part => !have.has(part.key));
    if (input.parts.length - lost.length >= input.quorum) continue;
    const [first] = lost;
    if (first === undefined) continue;
    const state = lost.every(part => skipped.has(part.cell)) ? ('skipped' as const) : ('blocked' as const);
    return {
      state,
      because: (lost.find(part => !skipped.has(part.cell)) ?? first).cell,
      reason: `${lost.length} of ${input.parts.length} inputs at \`${port}\` are missing (quorum ${input.quorum})`,
    };
  }
  return undefined;
}

function branchCell(cell: PlanCell, cells: Cells, have: ReadonlySet<CellKey>): BranchCell {
  return {
    id: cell.index,
    weight: cell.weight,
    needs: Object.values(cell.inputs).flatMap(input => insideNeed(input, cells, have)),
    guards: cell.guards.filter(({ gate }) => cells.has(gate)).map(({ gate, verdicts }) => ({ gate, verdicts })),
  };
}

/** What an input still waits for inside the branch. */
function insideNeed(input: PlanInput, cells: Cells, have: ReadonlySet<CellKey>) {
  const inside = input.parts.filter(part => cells.has(part.cell));
  if (inside.length === 0) return [];
  const there = input.parts.filter(part => !cells.has(part.cell) && have.has(part.key)).length;
  return [{ of: inside.map(part => part.cell), quorum: Math.max(0, input.quorum - there) }];
}
