/** Why cells are new: where their recipes differ from those that an earlier run had under the same names. */
import type { Difference } from '../../planner/explain-difference.ts';
import { canonicalJson } from '../../schemas/json.ts';
import type { Plan } from '../../schemas/plan.ts';
import type { RunRecord } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';
import { type PlanComparison, comparePlans } from './compare-plans.ts';
import { readRunPlan } from './read-run-plan.ts';

/** A change in the cells of a step itself, whatever came of it below. */
export interface RecipeChange extends Difference {
  readonly step: string;
  readonly cells: number;
}

export interface WhatChanged {
  /** The run that is compared with. */
  readonly since: string;
  readonly changes: readonly RecipeChange[];
  /** Cells that differ only in what they are made from. */
  readonly below: number;
  /** Cells of names that the run did not have. */
  readonly added: number;
  /** Cells that the run had and the plan has no more. */
  readonly orphaned: number;
}

/** Against the study's last run, where none is named. Undefined where it has not run here, or nothing differs. */
export async function whatChanged(store: Store, plan: Plan, run?: RunRecord): Promise<WhatChanged | undefined> {
  const since = run ?? (await lastRunOf(store, plan.study));
  if (since === undefined) return undefined;
  const found = changesIn(since.run, comparePlans((await readRunPlan(store, since)).cellList, plan.cellList));
  return found.changes.length + found.below + found.added + found.orphaned === 0 ? undefined : found;
}

export async function lastRunOf(store: Store, study: string): Promise<RunRecord | undefined> {
  return (await store.runs()).findLast(run => run.study === study);
}

/** The same change in many cells is told once. */
export function changesIn(since: string, { cells, orphaned }: PlanComparison): WhatChanged {
  const changes = new Map<string, RecipeChange>();
  let [below, added] = [0, 0];
  for (const { cell, comparison } of cells) {
    if (comparison.kind === 'added') added += 1;
    if (comparison.kind === 'below') below += 1;
    if (comparison.kind === 'changed')
      for (const difference of comparison.differences) countChange(changes, cell.step, difference);
  }
  return { since, changes: [...changes.values()], below, added, orphaned: orphaned.length };
}

function countChange(changes: Map<string, RecipeChange>, step: string, difference: Difference): void {
  const { field, before, after } = difference;
  const id = canonicalJson([step, field, before ?? null, after ?? null]);
  const known = changes.get(id);
  changes.set(id, { step, field, before, after, cells: (known?.cells ?? 0) + 1 });
}
