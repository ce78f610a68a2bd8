/** JSON values, and the one canonical text of each: what is hashed, and what is compared. */
import { z } from 'zod';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Any JSON value. */
export const jsonSchema: z.ZodType<Json> = z.json();

/**
 * The canonical text of a JSON value: keys sorted by UTF-16 code units, no white space, numbers as ECMAScript prints
 * them (RFC 8785). Members that are undefined are left out; a number that is not finite is refused, since it has no
 * JSON text and would silently become null.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`internal: ${value} has no canonical JSON text`);
    return JSON.stringify(value);
  }
  if (isJsonList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, member]) => (member === undefined ? [] : [`${JSON.stringify(key)}:${canonicalJson(member)}`]));
  return `{${members.join(',')}}`;
}

function isJsonList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
