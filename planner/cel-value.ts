/** Values on their way into expressions and out of them. CEL tells `int` (a bigint here) from `double` (a number); JSON does not. */
import type { Json } from '../schemas/json.ts';

/** A type in CEL's words: `int`, `double`, `string`, `bool`, `list<int>`, …; `dyn` where it differs from value to value. */
export type CelType = string;

/** The type that holds all of some values; numbers are `int` only where every one is whole. */
export function celTypeOf(values: readonly Json[]): CelType {
  const [first = 'dyn', ...others] = new Set(values.map(celTypeOfOne));
  if (others.length === 0) return first;
  const isNumeric = [first, ...others].every(type => type === 'int' || type === 'double');
  return isNumeric ? 'double' : 'dyn';
}

function celTypeOfOne(value: Json): CelType {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'double';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (isList(value)) return `list<${celTypeOf(value)}>`;
  return 'dyn';
}

/** A value as CEL wants it for a variable of a type. */
export function toCel(value: Json, type: CelType): unknown {
  if (typeof value === 'number') {
    const isInt = type === 'int' || (type !== 'double' && Number.isInteger(value));
    return isInt ? BigInt(value) : value;
  }
  if (typeof value === 'object' && value !== null && !isList(value))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toCel(member ?? null, 'dyn')]));
  if (isList(value)) {
    const element = /^list<(.*)>$/.exec(type)?.[1] ?? 'dyn';
    return value.map(item => toCel(item, element));
  }
  return value;
}

/** What an expression gave, as JSON; undefined where it has no JSON form (an infinite number, a whole one above 2⁵³, bytes, times). */
export function fromCel(value: unknown): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  if (Array.isArray(value)) return allOrNone(value.map(fromCel));
  if (typeof value !== 'object') return undefined;
  const members: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  const isPlain = value instanceof Map || Object.getPrototypeOf(value) === Object.prototype;
  const values = allOrNone(members.map(([, member]) => fromCel(member)));
  if (!isPlain || values === undefined) return undefined;
  return Object.fromEntries(members.map(([key], index) => [String(key), values[index] ?? null]));
}

function allOrNone(values: readonly (Json | undefined)[]): readonly Json[] | undefined {
  const present = values.flatMap(value => (value === undefined ? [] : [value]));
  return present.length === values.length ? present : undefined;
}

/** Narrows to a list; `Array.isArray` does not narrow readonly ones. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
