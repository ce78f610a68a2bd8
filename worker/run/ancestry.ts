/** Everything a result was made from, generation by generation, down to what was made from nothing. */
import type { CellRecord } from '../../schemas/cell-record.ts';
import type { CellKey } from '../../schemas/identity.ts';
import type { RecordStore } from '../../store/store.ts';

export interface Ancestor {
  readonly record: CellRecord;
  readonly inputs: readonly AncestorInput[];
}

export interface AncestorInput {
  readonly port: string;
  readonly axes: readonly string[];
  readonly parts: readonly AncestorPart[];
  readonly missing: number;
}

export interface AncestorPart {
  readonly at: readonly (string | number | boolean)[];
  readonly output: string;
  readonly digest: string;
  readonly where: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly key: CellKey;
  /** Undefined where its record is gone, or beyond the depth asked for. */
  readonly ancestor: Ancestor | undefined;
}

/** The tree is a graph: a cell that several need is one object. `depth` generations, all without it. */
export async function ancestry(
  store: RecordStore,
  record: CellRecord,
  depth = Number.POSITIVE_INFINITY,
): Promise<Ancestor> {
  const known = new Map<CellKey, Promise<Ancestor | undefined>>();

  const describe = async (found: CellRecord, left: number): Promise<Ancestor> => ({
    record: found,
    inputs: await Promise.all(
      Object.entries(found.inputs).map(async ([port, { axes, parts, missing }]) => ({
        port,
        axes,
        missing: missing.length,
        parts: await Promise.all(
          parts.map(async ({ at, key, output, digest, where }) => ({
            at,
            key,
            output,
            digest,
            where,
            ancestor: await find(key, found.run, left),
          })),
        ),
      })),
    ),
  });
  const find = (key: CellKey, run: string, left: number): Promise<Ancestor | undefined> => {
    if (left <= 0) return Promise.resolve(undefined);
    const before = known.get(key);
    if (before !== undefined) return before;
    const looked = store.record(key, run).then(found => (found === undefined ? undefined : describe(found, left - 1)));
    known.set(key, looked);
    return looked;
  };
  return describe(record, depth);
}
