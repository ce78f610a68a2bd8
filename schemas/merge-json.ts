/** A change laid over a value: maps are merged member by member, everything else is replaced. */
import type { Json } from './json.ts';

export function mergeJson(value: Json, change: Json): Json {
  if (!isMap(value) || !isMap(change)) return change;
  const names = [...new Set([...Object.keys(value), ...Object.keys(change)])];
  return Object.fromEntries(
    names.map(name => {
      const [old, fresh] = [value[name], change[name]];
      return [name, fresh === undefined ? (old ?? null) : old === undefined ? fresh : mergeJson(old, fresh)];
    }),
  );
}

function isMap(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
