/** Why cells are new: where their recipes differ from those that the study's last run had under the same names. */
import { allCells } from '../../activities/open-run.ts';
import { createPlanReader } from '../../activities/plan-reader.ts';
import { type Difference, explainDifference } from '../../planner/explain-difference.ts';
import { canonicalJson } from '../../schemas/json.ts';
import { type Plan, type PlanCell, cellName } from '../../schemas/plan.ts';
import { recipeOf } from '../../schemas/recipe.ts';
import { stepKinds } from '../../schemas/steps/registry.ts';
import type { Store } from '../../store/store.ts';

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
}

/** Undefined where the study has not run here, or nothing differs from its last run. */
export async function whatChanged(store: Store, plan: Plan): Promise<WhatChanged | undefined> {
  const last = (await store.runs()).findLast(run => run.study === plan.study);
  if (last === undefined) return undefined;
  const plans = createPlanReader(store);
  const before = new Map(
    (await allCells(plans, last.plan, await plans.head(last.plan))).map(cell => [cellName(cell.step, cell.at), cell]),
  );
  const changes = new Map<string, RecipeChange>();
  let [below, added] = [0, 0];
  for (const cell of plan.cellList) {
    const other = before.get(cellName(cell.step, cell.at));
    if (other === undefined) added += 1;
    if (other === undefined || other.key === cell.key) continue;
    const own = ownDifferences(other, cell);
    if (own.length === 0) below += 1;
    for (const difference of own) countChange(changes, cell.step, difference);
  }
  if (changes.size + below + added === 0) return undefined;
  return { since: last.run, changes: [...changes.values()], below, added };
}

/** What differs in the cell itself: in its inputs, only which ports it has, and how many parts arrive there. */
function ownDifferences(before: PlanCell, after: PlanCell): Difference[] {
  const differences = differencesOf(before, after);
  const ports = new Set(differences.flatMap(({ field }) => inputPart.exec(field)?.[1] ?? []));
  const counts = [...ports].flatMap((port): Difference[] => {
    const [old, fresh] = [before.inputs[port]?.parts.length, after.inputs[port]?.parts.length];
    return old === fresh ? [] : [{ field: `inputs.${port}.parts`, before: old, after: fresh }];
  });
  return [...differences.filter(({ field }) => !inputPart.test(field)), ...counts];
}

/** Which parts these are is different wherever anything above is. Ports of a report have dots in their names. */
const inputPart = /^inputs\.(.+?)\.parts\[/;

function differencesOf(before: PlanCell, after: PlanCell): Difference[] {
  const [old, fresh] = [stepKinds.get(before.use), stepKinds.get(after.use)];
  // A kind that is gone has no recipe any more; the cell is another one.
  if (old === undefined || fresh === undefined) return [{ field: 'use', before: before.use, after: after.use }];
  return explainDifference(recipeOf(before, old), recipeOf(after, fresh));
}

function countChange(changes: Map<string, RecipeChange>, step: string, difference: Difference): void {
  const { field, before, after } = difference;
  const id = canonicalJson([step, field, before ?? null, after ?? null]);
  const known = changes.get(id);
  changes.set(id, { step, field, before, after, cells: (known?.cells ?? 0) + 1 });
}
