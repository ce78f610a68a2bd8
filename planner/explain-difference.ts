/** Where two recipes differ: the answer to “why does this run again?”. */
import type { Recipe } from '../schemas/identity.ts';
import { type Json, canonicalJson } from '../schemas/json.ts';
import { isList } from './cel-value.ts';

export interface Difference {
  /** The field, as in `with.learning_rate` or `inputs.model.parts[0].id`. */
  readonly field: string;
  /** Its value in the first and in the second recipe; undefined where it has none. */
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** Every smallest field in which two recipes differ, in the order of their fields; none where their keys are the same. */
export function explainDifference(before: Recipe, after: Recipe): Difference[] {
  return fieldsOf(before, after).flatMap(field => differences(valueOf(before, field), valueOf(after, field), field));
}

function fieldsOf(before: Recipe, after: Recipe): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])];
}

function valueOf(recipe: Recipe, field: string): Json | undefined {
  const { use, version, seeds, keep, at, inputs } = recipe;
  const values: { readonly [field: string]: Json | undefined } = {
    use,
    version,
    with: recipe.with,
    seeds,
    keep,
    at,
    inputs: inputsOf(inputs),
  };
  return values[field];
}

function inputsOf(inputs: Recipe['inputs']): Json {
  return Object.fromEntries(
    Object.entries(inputs).map(([port, { axes, parts }]) => [
      port,
      { axes, parts: parts.map(({ at, id, output, where }) => ({ at, id, output, where })) },
    ]),
  );
}

function differences(before: Json | undefined, after: Json | undefined, field: string): Difference[] {
  if (isSame(before, after)) return [];
  const [left, right] = [membersOf(before), membersOf(after)];
  if (left === undefined || right === undefined || isList(before ?? null) !== isList(after ?? null))
    return [{ field, before, after }];
  const name = (key: string) => (isList(before ?? null) ? `${field}[${key}]` : `${field}.${key}`);
  return [...new Set([...left.keys(), ...right.keys()])].flatMap(key =>
    differences(left.get(key), right.get(key), name(key)),
  );
}

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b);
}

function membersOf(value: Json | undefined): ReadonlyMap<string, Json | undefined> | undefined {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}
