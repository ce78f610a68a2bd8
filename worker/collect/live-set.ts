/** What must be kept: everything that runs worth keeping, pins and asked-for extras were made from, down to the roots. */
import { allCells } from '../../activities/open-run.ts';
import { createPlanReader } from '../../activities/plan-reader.ts';
import type { Artifact } from '../../schemas/artifact.ts';
import type { CellRecord } from '../../schemas/cell-record.ts';
import type { CellKey, Digest } from '../../schemas/identity.ts';
import type { RunRecord } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';
import { getTree } from '../../store/tree-artifact.ts';

/** Grows by marking. Looking a record up takes it out of the trash, so what is marked is in place. */
export interface LiveSet {
  /** Keys of records; of partial ones `RUN/KEY`. */
  readonly records: ReadonlySet<string>;
  readonly contents: ReadonlySet<CellKey>;
  /** Of all cells of runs that are kept, whether there is a record or not. */
  readonly cells: ReadonlySet<CellKey>;
  readonly digests: ReadonlySet<Digest>;
  /** Keeps a record, its outputs, and all that it was made from. */
  readonly keep: (record: CellRecord) => Promise<void>;
  /** The same by key, where there is a record: also one that answers for that run alone. */
  readonly keepKey: (key: CellKey, run?: string) => Promise<void>;
  /** All cells of a run's plan that have records. */
  readonly keepCells: (run: RunRecord) => Promise<void>;
  /** The files of a run's plan: a run that is listed can be shown, whatever became of its results. */
  readonly keepPlan: (run: RunRecord) => Promise<void>;
}

export function createLiveSet(store: Store): LiveSet {
  const records = new Set<string>();
  const contents = new Set<CellKey>();
  const digests = new Set<Digest>();
  const cells = new Set<CellKey>();
  const plans = createPlanReader(store);

  const keepArtifact = async ({ kind, digest }: Artifact) => {
    if (digests.has(digest)) return;
    digests.add(digest);
    if (kind === 'tree' && (await store.has(digest)))
      for (const file of (await getTree(store, digest)).files) digests.add(file.digest);
  };
  /** Its own parts alone; what it was made from, for the caller to go on with. */
  const mark = async (record: CellRecord): Promise<readonly (readonly [CellKey, string])[]> => {
    const name = itemName(record);
    if (records.has(name)) return [];
    records.add(name);
    contents.add(record.content_key);
    for (const output of Object.values(record.outputs)) await keepArtifact(output);
    const parts = Object.values(record.inputs).flatMap(input => input.parts);
    for (const { digest } of parts) digests.add(digest);
    const origin = record.reused_from === undefined ? [] : [record.reused_from];
    return [...parts.map(({ key }) => key), ...origin].map(key => [key, record.run] as const);
  };
  const keep = async (record: CellRecord) => {
    const waiting = [...(await mark(record))];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [key, run] = next;
      if (records.has(key) || records.has(`${run}/${key}`)) continue;
      const found = await store.record(key, run);
      if (found !== undefined) waiting.push(...(await mark(found)));
    }
  };
  const keepKey = async (key: CellKey, run?: string) => {
    const record = await store.record(key, run);
    if (record !== undefined) await keep(record);
  };
  const keepCells = async ({ run, plan }: RunRecord) => {
    const head = await plans.head(plan);
    for (const { key } of await allCells(plans, plan, head)) {
      cells.add(key);
      if (!records.has(key)) await keepKey(key, run);
    }
  };
  const keepPlan = async ({ plan }: RunRecord) => {
    digests.add(plan);
    if (!(await store.has(plan))) return;
    for (const { slice } of (await plans.head(plan)).branches) digests.add(slice);
  };
  return { records, contents, cells, digests, keep, keepKey, keepCells, keepPlan };
}

/** The name of a record among the items of a store. */
export function itemName({ key, partial, run }: Pick<CellRecord, 'key' | 'partial' | 'run'>): string {
  return partial ? `${run}/${key}` : key;
}
