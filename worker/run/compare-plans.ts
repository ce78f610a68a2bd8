/** How the cells of a plan stand to those of the same names in an earlier one: the recipes alone, whatever has run. */
import { type Difference, explainDifference } from '../../planner/explain-difference.ts';
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import { recipeOf } from '../../schemas/recipe.ts';
import { stepKinds } from '../../schemas/steps/registry.ts';

/**
 * `added`: the earlier plan has no cell of its name. `changed`: fields of its own recipe differ. `below`: it differs only
 * in what arrives at some ports, because of a change further up.
 */
export type CellComparison =
  | { readonly kind: 'added' }
  | { readonly kind: 'same'; readonly before: PlanCell }
  | { readonly kind: 'changed'; readonly before: PlanCell; readonly differences: readonly Difference[] }
  | { readonly kind: 'below'; readonly before: PlanCell; readonly ports: readonly string[] };

export interface PlanComparison {
  readonly cells: readonly { readonly cell: PlanCell; readonly comparison: CellComparison }[];
  /** Cells of the earlier plan whose names are no more. */
  readonly orphaned: readonly PlanCell[];
}

export function comparePlans(before: readonly PlanCell[], after: readonly PlanCell[]): PlanComparison {
  const gone = new Map(before.map(cell => [nameOf(cell), cell]));
  const cells = after.map(cell => {
    const name = nameOf(cell);
    const other = gone.get(name);
    gone.delete(name);
    return { cell, comparison: compareCells(other, cell) };
  });
  return { cells, orphaned: [...gone.values()] };
}

function nameOf({ step, at }: PlanCell): string {
  return cellName(step, at);
}

function compareCells(before: PlanCell | undefined, after: PlanCell): CellComparison {
  if (before === undefined) return { kind: 'added' };
  if (before.key === after.key) return { kind: 'same', before };
  const differences = recipeDifferences(before, after);
  const ports = [...new Set(differences.flatMap(({ field }) => portOf(field) ?? []))];
  const own = [...differences.filter(({ field }) => portOf(field) === undefined), ...partCounts(before, after, ports)];
  return own.length > 0 ? { kind: 'changed', before, differences: own } : { kind: 'below', before, ports };
}

/** Every smallest field in which the recipes of two cells differ. */
export function recipeDifferences(before: PlanCell, after: PlanCell): Difference[] {
  const [old, fresh] = [stepKinds.get(before.use), stepKinds.get(after.use)];
  // A kind that is gone has no recipe any more; the cell is another one.
  if (old === undefined || fresh === undefined) return [{ field: 'use', before: before.use, after: after.use }];
  return explainDifference(recipeOf(before, old), recipeOf(after, fresh));
}

/** Which parts arrive is different wherever anything above is; how many of them is the cell's own. */
function partCounts(before: PlanCell, after: PlanCell, ports: readonly string[]): Difference[] {
  return ports.flatMap((port): Difference[] => {
    const [old, fresh] = [before.inputs[port]?.parts.length, after.inputs[port]?.parts.length];
    return old === fresh ? [] : [{ field: `inputs.${port}.parts`, before: old, after: fresh }];
  });
}

/** The port of a field that says which part arrives; ports of a report have dots in their names. */
export function portOf(field: string): string | undefined {
  return /^inputs\.(.+?)\.parts\[/.exec(field)?.[1];
}
