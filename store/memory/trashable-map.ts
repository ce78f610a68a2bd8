/** A map whose entries can be moved to a trash, and come back from there when they are asked for. */
import type { StoredItem } from '../store.ts';

export interface TrashableMap<Value> {
  readonly get: (name: string) => Value | undefined;
  readonly has: (name: string) => boolean;
  readonly set: (name: string, value: Value) => void;
  readonly delete: (name: string) => void;
  /** Those in place, not those in the trash. */
  readonly entries: () => [string, Value][];
  /** Says of an entry that it is needed now. */
  readonly touch: (name: string) => void;
  readonly items: (kind: StoredItem['kind'], bytesOf: (value: Value) => number) => StoredItem[];
  /** False where it is not there, or was modified since `before`. */
  readonly trash: (name: string, batch: number, before: Date) => boolean;
  readonly batches: (bytesOf: (value: Value) => number) => { readonly batch: number; readonly bytes: number }[];
  /** How many came back. */
  readonly restoreAll: () => number;
  readonly purge: (batch: number) => void;
}

interface Entry<Value> {
  readonly value: Value;
  modified: number;
}

export function trashableMap<Value>(): TrashableMap<Value> {
  const inPlace = new Map<string, Entry<Value>>();
  const trashed = new Map<string, Entry<Value> & { readonly batch: number }>();
  const restore = (name: string): boolean => {
    const found = trashed.get(name);
    if (found === undefined) return false;
    trashed.delete(name);
    if (inPlace.has(name)) return false;
    inPlace.set(name, { value: found.value, modified: Date.now() });
    return true;
  };
  const find = (name: string) => {
    if (!inPlace.has(name)) restore(name);
    return inPlace.get(name);
  };
  return {
    get: name => find(name)?.value,
    has: name => find(name) !== undefined,
    set: (name, value) => void inPlace.set(name, { value, modified: Date.now() }),
    delete: name => void inPlace.delete(name),
    entries: () => [...inPlace].map(([name, { value }]) => [name, value]),
    touch: name => {
      const found = find(name);
      if (found !== undefined) found.modified = Date.now();
    },
    items: (kind, bytesOf) =>
      [...inPlace].map(([name, { value, modified }]) => ({
        kind,
        name,
        bytes: bytesOf(value),
        modified: new Date(modified),
      })),
    trash: (name, batch, before) => {
      const found = inPlace.get(name);
      if (found === undefined || found.modified >= before.getTime()) return false;
      inPlace.delete(name);
      trashed.set(name, { ...found, batch });
      return true;
    },
    batches: bytesOf => [...trashed.values()].map(({ batch, value }) => ({ batch, bytes: bytesOf(value) })),
    restoreAll: () => [...trashed.keys()].filter(restore).length,
    purge: batch => {
      for (const [name, entry] of trashed) if (entry.batch === batch) trashed.delete(name);
    },
  };
}
