/** A branch as its workflow sees it: cells and edges inside it, with everything outside settled. */
import type { BranchCell, BranchGraph, BranchReference, CellOutcome } from '../schemas/engine.ts';
import type { CellKey } from '../schemas/identity.ts';
import type { PlanCell, PlanHead, PlanInput, PlanPart } from '../schemas/plan.ts';
import { numbersIn, rangesOf } from '../schemas/ranges.ts';
import type { RunEvent } from '../schemas/run.ts';
import type { Store } from '../store/store.ts';
import { type CellApprovals, cellApprovals } from './cell-approvals.ts';
import type { CellEnd } from './cell-end.ts';
import { type EndedCells, endedCells } from './ended-cells.ts';
import { gateVerdict } from './gate-verdict.ts';
import type { OrderReader, RunOrders } from './order-reader.ts';
import type { PlanReader } from './plan-reader.ts';

export interface BranchSources {
  readonly store: Store;
  readonly plans: PlanReader;
  readonly orders: OrderReader;
}

/**
 * Branches that this one needs have ended, so an input from outside is there now or never. A cell that lacks some, or
 * that a person has ended, is given its end here; the rest are left with the edges inside the branch and with what
 * persons still have to approve.
 */
export async function readBranch(sources: BranchSources, reference: BranchReference): Promise<BranchGraph> {
  const { store, plans } = sources;
  const { run, plan, branch } = reference;
  const cells = await plans.cells(plan, branch);
  const list = [...cells.values()];
  const have = await lookUp(store, run, list);
  const ends = await endedCells(store, run);
  // What was made in this run and is gone by now (damaged, say) is made again by whoever needs it.
  const isThere = (part: PlanPart) => have.has(part.key) || isMade(ends.get(part.cell));
  const orders = await sources.orders(run);
  const head = await plans.head(plan);
  const verdicts = await outsideVerdicts(store, run, head, cells);
  const approvals = cellApprovals(head, orders, verdicts);
  const recorded = list.filter(cell => have.has(cell.key));
  const left = await leftCells(store, run, list, have);
  // A run that is taken up keeps its failures: trying them again is what `rerun` is for.
  const failed = list.filter(
    ({ index, key }) => !have.has(key) && !left.has(index) && ends.get(index)?.state === 'failed',
  );
  const ruledOut: RuledOut[] = [];
  for (const cell of list.filter(each => !have.has(each.key) && !left.has(each.index) && !failed.includes(each))) {
    const end =
      orderedEnd(cell, approvals, orders) ??
      guardedFromOutside(cell, approvals, verdicts) ??
      lackFromOutside(cell, cells, isThere, ends);
    if (end !== undefined) ruledOut.push({ cell: cell.index, ...end });
  }
  await logEnded(store, run, recorded, ruledOut);
  const cached = recorded.map(async (cell): Promise<CellOutcome> => ({
    cell: cell.index,
    state: 'cached',
    ...(await verdictOf(store, run, cell)),
  }));
  return {
    cells: list.map(cell => branchCell(cell, cells, isThere, approvals)),
    // What is left goes from the end to the front: a cell whose end is known needs no line because of one above it.
    ended: [
      ...(await Promise.all(cached)),
      ...failed.map(({ index }) => ({ cell: index, state: 'failed' as const })),
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
  readonly state: 'blocked' | 'skipped' | 'cancelled';
  readonly reason: string;
  /** The gate, or the first input that is missing; none where a person has spoken. */
  readonly because?: number;
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

/** Whether an input from outside the branch can be had. */
type IsThere = (part: PlanPart) => boolean;

function isMade(end: CellEnd | undefined): boolean {
  return end?.state === 'done' || end?.state === 'cached';
}

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

async function verdictOf(store: Store, run: string, cell: PlanCell): Promise<{ verdict?: string }> {
  if (cell.use !== 'gate') return {};
  const verdict = await gateVerdict(store, cell.key, run);
  return verdict === undefined ? {} : { verdict };
}

/** Of the gates in other branches that guard cells of this one. */
async function outsideVerdicts(store: Store, run: string, head: PlanHead, cells: Cells) {
  const guards = [...cells.values()].flatMap(cell => cell.guards);
  const gates = new Set(guards.map(({ gate }) => gate).filter(gate => !cells.has(gate)));
  const verdicts = new Map<number, string>();
  for (const { cell, key } of head.gates.filter(gate => gates.has(gate.cell))) {
    const verdict = await gateVerdict(store, key, run);
    if (verdict !== undefined) verdicts.set(cell, verdict);
  }
  return verdicts;
}

/** A cell that persons have ended, or rejected. */
function orderedEnd(cell: PlanCell, approvals: CellApprovals, { cancelled }: RunOrders) {
  const ended = cancelled.get(cell.index);
  if (ended !== undefined) return { state: 'cancelled' as const, reason: ended };
  const rejection = approvals.rejection(cell);
  return rejection === undefined ? undefined : { state: 'skipped' as const, reason: rejection };
}

/** Not where a person is still to see the verdict. */
function guardedFromOutside(cell: PlanCell, approvals: CellApprovals, verdicts: ReadonlyMap<number, string>) {
  for (const guard of cell.guards.filter(each => !approvals.isHeld(each))) {
    const verdict = guard.verdicts.find(each => each === verdicts.get(guard.gate));
    if (verdict !== undefined)
      return {
        state: 'skipped' as const,
        because: guard.gate,
        reason: `ruled out by gates.${guard.name} (${verdict})`,
      };
  }
  return undefined;
}

/** What becomes of a cell whose outside inputs can no longer meet a quorum. */
function lackFromOutside(cell: PlanCell, cells: Cells, isThere: IsThere, ends: EndedCells) {
  for (const [port, input] of Object.entries(cell.inputs)) {
    const outside = input.parts.filter(part => !cells.has(part.cell));
    const lost = outside.filter(part => !isThere(part));
    if (input.parts.length - lost.length >= input.quorum) continue;
    const stateOf = (part: PlanPart) => ends.get(part.cell)?.state;
    const because = lost.find(part => stateOf(part) !== 'skipped') ?? lost[0];
    return {
      state: lackOf(lost.map(stateOf)),
      ...(because === undefined ? {} : { because: because.cell }),
      reason: `${lost.length} of ${input.parts.length} inputs at \`${port}\` are missing (quorum ${input.quorum})`,
    };
  }
  return undefined;
}

/** As the frontier has it: skipped if only gates took them away, cancelled if nothing failed, else blocked. */
function lackOf(ends: readonly (CellEnd['state'] | undefined)[]): RuledOut['state'] {
  if (ends.every(state => state === 'skipped')) return 'skipped';
  return ends.every(state => state === 'skipped' || state === 'cancelled') ? 'cancelled' : 'blocked';
}

function branchCell(cell: PlanCell, cells: Cells, isThere: IsThere, { open, isHeld }: CellApprovals): BranchCell {
  const approvals = open(cell);
  return {
    id: cell.index,
    weight: cell.weight,
    needs: Object.values(cell.inputs).flatMap(input => insideNeed(input, cells, isThere)),
    // The gate is waited for in any case; what it rules out, it does when the person has spoken.
    guards: cell.guards
      .filter(({ gate }) => cells.has(gate))
      .map(guard => ({ gate: guard.gate, verdicts: isHeld(guard) ? [] : guard.verdicts })),
    ...(approvals.length === 0 ? {} : { approvals }),
  };
}

/** What an input still waits for inside the branch. */
function insideNeed(input: PlanInput, cells: Cells, isThere: IsThere) {
  const inside = input.parts.filter(part => cells.has(part.cell));
  if (inside.length === 0) return [];
  const there = input.parts.filter(part => !cells.has(part.cell) && isThere(part)).length;
  return [{ of: inside.map(part => part.cell), quorum: Math.max(0, input.quorum - there) }];
}
