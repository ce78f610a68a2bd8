/**
 * The recipe of an attempt: as planned, or changed by what the study says of earlier failures (`on_failure`). Parameters
 * are part of the key, so a changed recipe is another cell's work, under a key of its own; resources are not.
 */
import { type ChangeableClass, type FailureClass, changeableClasses } from '../schemas/failure.ts';
import type { CellRecord } from '../schemas/cell-record.ts';
import { cellKey } from '../schemas/identity.ts';
import type { Json } from '../schemas/json.ts';
import { mergeJson } from '../schemas/merge-json.ts';
import type { ChangedAttempt, PlanCell } from '../schemas/plan.ts';
import { recipeOf } from '../schemas/recipe.ts';
import type { StepKind } from '../schemas/step-kind.ts';

/** One change that is in force: the class, after how many failures, and what differs. */
export interface RecipeChange extends ChangedAttempt {
  readonly class: ChangeableClass;
  readonly failures: number;
}

export interface AttemptedCell {
  /** The cell with the parameters, resources and key of this attempt. */
  readonly cell: PlanCell;
  /** None: as planned. */
  readonly changes: readonly RecipeChange[];
}

/** The recipe after so many failures by class; a class with fewer changes than failures stays at its last. */
export function recipeAfter(
  planned: PlanCell,
  kind: StepKind,
  failures: ReadonlyMap<FailureClass, number>,
): AttemptedCell {
  const changes = changeableClasses.flatMap((failure): RecipeChange[] => {
    const ladder = planned.on_failure?.[failure] ?? [];
    const number = Math.min(failures.get(failure) ?? 0, ladder.length);
    const change = ladder[number - 1];
    return change === undefined ? [] : [{ class: failure, failures: number, ...change }];
  });
  return changes.length === 0 ? { cell: planned, changes } : { cell: withChanges(planned, kind, changes), changes };
}

/** Every recipe that one class of failures can lead to, the nearest to the planned one first. */
export function possibleRecipes(planned: PlanCell, kind: StepKind): AttemptedCell[] {
  return changeableClasses.flatMap(failure =>
    (planned.on_failure?.[failure] ?? []).map((_, index) =>
      recipeAfter(planned, kind, new Map([[failure, index + 1]])),
    ),
  );
}

function withChanges(planned: PlanCell, kind: StepKind, changes: readonly RecipeChange[]): PlanCell {
  const cell = {
    ...planned,
    with: changes.reduce((values, change) => merged(values, change.with), planned.with),
    resources: {
      cpu: changedResource(planned, changes, 'cpu'),
      gpu: changedResource(planned, changes, 'gpu'),
      memory: changedResource(planned, changes, 'memory'),
      time: changedResource(planned, changes, 'time'),
    },
  };
  return { ...cell, key: cellKey(recipeOf(cell, kind)) };
}

function merged(values: PlanCell['with'], change: PlanCell['with']): PlanCell['with'] {
  const names = [...new Set([...Object.keys(values), ...Object.keys(change)])];
  return Object.fromEntries(
    names.map((name): [string, Json] => {
      const [old, fresh] = [values[name], change[name]];
      return [name, fresh === undefined ? (old ?? null) : mergeJson(old ?? null, fresh)];
    }),
  );
}

function changedResource(
  planned: PlanCell,
  changes: readonly RecipeChange[],
  resource: keyof PlanCell['resources'],
): number {
  return changes.reduce((value, change) => change.resources[resource] ?? value, planned.resources[resource]);
}

/** For records: which key was planned, and what failures made of it. */
export function recordedChange(planned: PlanCell, { changes }: AttemptedCell): NonNullable<CellRecord['changed']> {
  return {
    planned: planned.key,
    after: changes.map(({ class: failure, failures, with: parameters, resources }) => ({
      class: failure,
      failures,
      with: parameters,
      resources,
    })),
  };
}

/** `learning_rate 0.05, memory 2000000000 (diverged)`: for messages. */
export function describeChanges(changes: readonly RecipeChange[]): string {
  return changes
    .map(({ class: failure, with: parameters, resources }) => {
      return `${[...leaves(parameters), ...leaves({ ...resources })].join(', ')} (${failure})`;
    })
    .join(', ');
}

function leaves(values: { readonly [name: string]: Json | undefined }): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leaves(Object.fromEntries(Object.entries(value)))
      : [`${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`];
  });
}
