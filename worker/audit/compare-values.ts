/** Where two values of JSON or of a table's cell first differ. */
import { type NumberTolerance, isClose } from './number-tolerance.ts';

/** `.loss[3]: 0.5 and 0.51`, or without a place where the values themselves differ; undefined where they do not. */
export function firstValueDifference(a: unknown, b: unknown, tolerance: NumberTolerance, at = ''): string | undefined {
  if (typeof a === 'number' && typeof b === 'number') return isClose(a, b, tolerance) ? undefined : say(a, b, at);
  if (isList(a) && isList(b)) return listDifference(a, b, tolerance, at);
  if (isObject(a) && isObject(b)) return objectDifference(a, b, tolerance, at);
  return a === b ? undefined : say(a, b, at);
}

type List = readonly unknown[] | Float32Array | Int32Array;

function isList(value: unknown): value is List {
  return Array.isArray(value) || value instanceof Float32Array || value instanceof Int32Array;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !isList(value);
}

function listDifference(a: List, b: List, tolerance: NumberTolerance, at: string): string | undefined {
  if (a.length !== b.length) return `${placed(at)}${a.length} elements and ${b.length}`;
  for (let index = 0; index < a.length; index += 1) {
    const difference = firstValueDifference(a[index], b[index], tolerance, `${at}[${index}]`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function objectDifference(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
  tolerance: NumberTolerance,
  at: string,
): string | undefined {
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const difference = firstValueDifference(a[name], b[name], tolerance, at === '' ? name : `${at}.${name}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function say(a: unknown, b: unknown, at: string): string {
  return `${placed(at)}${shown(a)} and ${shown(b)}`;
}

function placed(at: string): string {
  return at === '' ? '' : `${at}: `;
}

/** Long texts are cut: it is their beginning that tells what they are. */
function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
