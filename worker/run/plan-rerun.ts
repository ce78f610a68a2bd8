/** A rerun before it begins: which cells of a run that has ended are made again, by which plan, and which are left. */
import type { FailureClass } from '../../schemas/failure.ts';
import type { Digest } from '../../schemas/identity.ts';
import { type Plan, type PlanCell, cellName } from '../../schemas/plan.ts';
import { rangesOf } from '../../schemas/ranges.ts';
import type { RunRecord } from '../../schemas/run.ts';
import { stepKinds } from '../../schemas/steps/registry.ts';
import { groupBy } from '../../stats/grouped-values.ts';
import type { Store } from '../../store/store.ts';
import { UsageError } from '../cli/exit-codes.ts';
import type { LeftCells } from './begin-run.ts';
import { cellExpression } from './cell-expression.ts';
import { type Choice, chooseCells } from './choose-cells.ts';
import { readRunPlan } from './read-run-plan.ts';
import { readRunView } from './read-run-view.ts';
import { withResources } from './resource-flags.ts';
import type { CellView } from './run-view.ts';
import { type WhatChanged, whatChanged } from './what-changed.ts';

export interface RerunOptions {
  /** The run that is run again; it has ended. */
  readonly origin: RunRecord;
  /** Made from the study anew, where `--set` changes it; the run's own without. */
  readonly replanned: Plan | undefined;
  /** `--cells`. */
  readonly cells: string | undefined;
  /** `--resources`. */
  readonly resources: readonly string[];
}

/** How a cell stood in the run; `new` where the run had no cell of its name and key. */
export interface EarlierEnd extends Omit<CellView, 'state'> {
  readonly state: CellView['state'] | 'new';
}

export interface PlannedRerun extends Omit<Choice, 'left'> {
  readonly plan: Plan;
  /** Where it is the run's own plan, unchanged. */
  readonly digest: Digest | undefined;
  readonly endOf: (cell: PlanCell) => EarlierEnd;
  /** By how they stood. */
  readonly left: readonly LeftCells[];
  /** Chosen by the expression, but with a result, or ruled out by a gate. */
  readonly settled: readonly PlanCell[];
  /** Where it was planned anew: how it differs from the run. */
  readonly changed: WhatChanged | undefined;
}

/** A `UsageError` where expression or resources are wrong. Nothing is written. */
export async function planRerun(store: Store, options: RerunOptions): Promise<PlannedRerun> {
  const { origin, replanned } = options;
  const own = await readRunPlan(store, origin);
  const plan = replanned ?? own;
  const view = await readRunView(store, origin.run, own.cells);
  const before = new Map(own.cellList.map(cell => [cellName(cell.step, cell.at), cell]));
  const endOf = (cell: PlanCell): EarlierEnd => {
    const other = before.get(cellName(cell.step, cell.at));
    return other === undefined ? { state: 'new' } : view.cell(other.index);
  };
  const recorded = await store.haveRecords(plan.cellList.map(cell => cell.key));
  const matches = matcher(options, plan, endOf);
  const isSkipped = (cell: PlanCell) => replanned === undefined && endOf(cell).state === 'skipped';
  const isChosen = (cell: PlanCell) => matches(cell) && !isSkipped(cell);
  const { made, left, stuck } = chooseCells({ cells: plan.cellList, recorded, isChosen });
  refuseOtherVersions(origin, made);
  return {
    plan: withResources(plan, made, options.resources),
    digest: replanned === undefined && options.resources.length === 0 ? origin.plan : undefined,
    made,
    stuck,
    endOf,
    left: leftCells(
      left.filter(cell => !isSkipped(cell)),
      origin.run,
      endOf,
    ),
    settled: plan.cellList.filter(cell => matches(cell) && (recorded[cell.index] || isSkipped(cell))),
    changed: replanned === undefined ? undefined : await whatChanged(store, replanned, origin),
  };
}

/** A plan of an earlier build may ask for work that this one does differently: its keys would name what they do not hold. */
function refuseOtherVersions({ run, file }: RunRecord, made: readonly PlanCell[]): void {
  const odd = made.find(cell => stepKinds.get(cell.use)?.version !== cell.version);
  if (odd === undefined) return;
  const now = stepKinds.get(odd.use)?.version;
  throw new UsageError(
    `${run} was planned for version ${odd.version} of \`${odd.use}\` (${cellName(odd.step, odd.at)}), and this build has ${now === undefined ? 'no such step kind' : `version ${now}`}.\nPlan the study anew: espalier run ${file}`,
  );
}

/**
 * Without an expression: what came to no result, but was not called off; of a plan made anew, everything. Work that was
 * done once and whose result is gone (or was made from too little) is made again whenever it is missing.
 */
function matcher({ cells, replanned }: RerunOptions, plan: Plan, endOf: (cell: PlanCell) => EarlierEnd) {
  if (cells === undefined) return (cell: PlanCell) => replanned !== undefined || endOf(cell).state !== 'cancelled';
  const holds = cellExpression(cells, plan.axes);
  return (cell: PlanCell) => {
    const { state, class: failure } = endOf(cell);
    return holds({ step: cell.step, at: cell.at, state, class: failure });
  };
}

function leftCells(left: readonly PlanCell[], run: string, endOf: (cell: PlanCell) => EarlierEnd): LeftCells[] {
  const ends = left.map(cell => ({ cell, end: leftEnd(endOf(cell), run) }));
  return [...groupBy(ends, ({ end }) => JSON.stringify(end)).values()].flatMap(members => {
    const [first] = members;
    return first === undefined ? [] : [{ ...first.end, ranges: rangesOf(members.map(({ cell }) => cell.index)) }];
  });
}

/** What never began, or was done and is gone, stands as called off in the rerun. */
function leftEnd({ state, class: failure, reason }: EarlierEnd, run: string): Omit<LeftCells, 'ranges'> {
  const kept: { readonly class?: FailureClass } = failure === undefined ? {} : { class: failure };
  const why = `left as it was in ${run}${reason === undefined ? '' : `: ${reason.replace(/^left as it was in [^:]+: /, '')}`}`;
  if (state === 'failed' || state === 'blocked') return { state, reason: why, ...kept };
  return { state: 'cancelled', reason: `left out when ${run} was run again` };
}
