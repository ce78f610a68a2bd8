/** Why each cell of a run will be made or not, decided and written down when the run is planned. */
import { canonicalJson } from '../../schemas/json.ts';
import type { Plan, PlanCell } from '../../schemas/plan.ts';
import { rangesOf } from '../../schemas/ranges.ts';
import type { NewCells, RunPlanned, RunRecord } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';
import { type CellComparison, comparePlans } from './compare-plans.ts';
import { readRunPlan } from './read-run-plan.ts';
import { type RunView } from './run-view.ts';
import { readRunView } from './read-run-view.ts';
import { recordedRuns } from './recorded-runs.ts';

export interface PlannedAgainst {
  readonly store: Store;
  readonly plan: Plan;
  /** The run compared with: the study's last one, or the one that is run again. */
  readonly since: RunRecord | undefined;
}

/** Without `since` every cell without a result is new because there was no run before. */
export async function planReasons({ store, plan, since }: PlannedAgainst): Promise<Omit<RunPlanned, 'at'>> {
  const cells = plan.cellList;
  const recorded = await store.haveRecords(cells.map(cell => cell.key));
  const found = cells.filter(cell => recorded[cell.index]);
  const fresh = cells.filter(cell => !recorded[cell.index]);
  const before = since === undefined ? undefined : await readRunPlan(store, since);
  const view =
    since === undefined || before === undefined ? undefined : await readRunView(store, since.run, before.cells);
  const makers = await recordedRuns(store, found, { since, cells: before?.cellList ?? [], view });
  return {
    event: 'run-planned',
    ...(since === undefined ? {} : { since: since.run }),
    reused: [...makers].map(([run, indices]) => ({ run, ranges: rangesOf(indices) })),
    new: before === undefined || view === undefined ? firstCells(fresh) : newCells(before.cellList, fresh, view),
  };
}

function firstCells(fresh: readonly PlanCell[]): NewCells[] {
  return fresh.length === 0 ? [] : [{ why: 'first', ranges: rangesOf(fresh.map(cell => cell.index)) }];
}

type Reason = Omit<NewCells, 'ranges'>;

function newCells(before: readonly PlanCell[], fresh: readonly PlanCell[], view: RunView): NewCells[] {
  const reasons = comparePlans(before, fresh).cells.flatMap(({ cell, comparison }) =>
    reasonsOf(comparison, view).map(reason => ({ cell: cell.index, step: cell.step, reason })),
  );
  return grouped(reasons);
}

function reasonsOf(comparison: CellComparison, view: RunView): Reason[] {
  switch (comparison.kind) {
    case 'added':
      return [{ why: 'added' }];
    case 'same':
      return [{ why: 'unmade', state: view.cell(comparison.before.index).state }];
    case 'below':
      return comparison.ports.map(port => ({ why: 'below', field: `inputs.${port}` }));
    case 'changed':
      return comparison.differences.map(({ field, before, after }) => ({
        why: 'changed',
        field,
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
      }));
  }
}

/** So many values of one field are written down; beyond, they are told apart by the two plans, and the line stays small. */
const mostValues = 100;

function grouped(reasons: readonly { readonly cell: number; readonly step: string; readonly reason: Reason }[]) {
  const values = new Map<string, Set<string>>();
  for (const { step, reason } of reasons) {
    const field = `${step} ${reason.field}`;
    const known = values.get(field) ?? new Set();
    values.set(field, known.add(canonicalJson([reason.before ?? null, reason.after ?? null])));
  }
  const groups = new Map<string, { readonly reason: Reason; readonly cells: number[] }>();
  for (const { cell, step, reason } of reasons) {
    const { before: _before, after: _after, ...short } = reason;
    const told = (values.get(`${step} ${reason.field}`)?.size ?? 0) > mostValues ? short : reason;
    const id = canonicalJson(told);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, { reason: told, cells: [cell] });
    else group.cells.push(cell);
  }
  return [...groups.values()].map(({ reason, cells }): NewCells => ({ ...reason, ranges: rangesOf(cells) }));
}
