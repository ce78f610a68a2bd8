/** What nobody needs any more, with what it was and what making it again would cost. */
import type { CellRecord } from '../../schemas/cell-record.ts';
import { type Digest, cellKeySchema, digestSchema } from '../../schemas/identity.ts';
import { CorruptRecordError } from '../../store/errors.ts';
import type { ItemKind, Store, StoredItem } from '../../store/store.ts';
import { type LiveSet, createLiveSet, itemName } from './live-set.ts';
import { type KeptRun, keptRuns } from './kept-runs.ts';

export interface GarbageStep {
  readonly study: string;
  readonly step: string;
  readonly cells: number;
  /** Of their records, and of the outputs that nobody else has. */
  readonly bytes: number;
  /** That making them took. */
  readonly seconds: number;
}

export interface Garbage {
  /** In the order in which they may be thrown away: whatever names another comes before it. */
  readonly items: readonly StoredItem[];
  readonly steps: readonly GarbageStep[];
  /** Blobs that no record lists: left by work that came to nothing, and by plans of no run. */
  readonly loose: { readonly blobs: number; readonly bytes: number };
  /** Cells that were begun, are not done, and belong to no run that is kept: attempts, checkpoints and files of these. */
  readonly unfinished: { readonly cells: number; readonly bytes: number };
  readonly kept: {
    readonly runs: readonly KeptRun[];
    readonly records: number;
    /** Records whose step was asked to `keep:` more than its outputs. */
    readonly extras: number;
    readonly bytes: number;
  };
  /** Files that are no records this version can read; they are left where they are. */
  readonly unreadable: number;
}

export interface GarbageOptions {
  /** Runs that ended since then are kept, and blobs that no record lists yet. */
  readonly olderThan: Date;
  /** Nothing is touched that was written or needed since. */
  readonly young: Date;
}

export async function findGarbage(store: Store, { olderThan, young }: GarbageOptions): Promise<Garbage> {
  const live = createLiveSet(store);
  const runs = await keptRuns(store, olderThan);
  for (const { run, because } of runs) {
    await live.keepPlan(run);
    if (because !== undefined) await live.keepCells(run);
  }
  for (const pin of await store.pins()) if (pin.pin === 'cell') await live.keepKey(pin.key);
  const read = await readRecords(store, live, young);
  const contents = await items(store, 'content');
  const deadContents = contents.filter(
    ({ name, modified }) => !live.contents.has(cellKeySchema.parse(name)) && modified < young,
  );
  const dead = read.records.filter(({ item }) => !live.records.has(item.name));
  const blobs = await items(store, 'blob');
  const listed = new Set(dead.flatMap(({ digests }) => digests));
  const deadBlobs = blobs.filter(({ name, modified }) => {
    const digest = digestSchema.parse(name);
    return !live.digests.has(digest) && modified < (listed.has(digest) ? young : earlier(young, olderThan));
  });
  const deadWork = (await items(store, 'work')).filter(
    ({ name, modified }) => !live.cells.has(cellKeySchema.parse(name)) && modified < earlier(young, olderThan),
  );
  await takeBack(store, live, { contents, blobs });
  const loose = deadBlobs.filter(({ name }) => !listed.has(digestSchema.parse(name)));
  return {
    items: [...dead.map(({ item }) => item), ...deadContents, ...deadBlobs, ...deadWork],
    steps: bySteps(dead, deadBlobs),
    loose: { blobs: loose.length, bytes: sizeOf(loose) },
    unfinished: { cells: deadWork.length, bytes: sizeOf(deadWork) },
    kept: {
      runs,
      records: live.records.size,
      extras: read.extras,
      bytes: sizeOf(blobs) - sizeOf(deadBlobs),
    },
    unreadable: read.unreadable,
  };
}

/** A record that may be garbage. */
interface Candidate {
  readonly item: StoredItem;
  readonly study: string;
  readonly step: string;
  readonly seconds: number;
  readonly digests: readonly Digest[];
}

/** Keeps what is young or has extras; the rest is for whoever knows all that is kept. */
async function readRecords(store: Store, live: LiveSet, young: Date) {
  const records: Candidate[] = [];
  let unreadable = 0;
  let extras = 0;
  for (const item of [...(await items(store, 'record')), ...(await items(store, 'partial'))]) {
    if (live.records.has(item.name)) continue;
    const record = await readItem(store, item);
    if (record === 'gone') continue;
    if (record === 'unreadable') unreadable += 1;
    else if (record.keep.length > 0 || item.modified >= young) {
      if (record.keep.length > 0) extras += 1;
      await live.keep(record);
    } else records.push(candidate(item, record));
  }
  return { records, unreadable, extras };
}

function candidate(item: StoredItem, record: CellRecord): Candidate {
  return {
    item,
    // A run is named for its study.
    study: record.run.replace(/-\d+$/, ''),
    step: record.step,
    seconds: record.reused_from === undefined ? record.seconds : 0,
    digests: Object.values(record.outputs).map(({ digest }) => digest),
  };
}

/** `gone`: thrown away meanwhile, or hidden by a whole record of the same key, which then answers for it. */
async function readItem(store: Store, { kind, name }: StoredItem): Promise<CellRecord | 'gone' | 'unreadable'> {
  const [run, key = name] = kind === 'partial' ? name.split('/') : [undefined, name];
  try {
    const record = await store.record(cellKeySchema.parse(key), run);
    return record !== undefined && itemName(record) === name ? record : 'gone';
  } catch (error) {
    if (error instanceof CorruptRecordError) return 'unreadable';
    throw error;
  }
}

async function items(store: Store, kind: ItemKind): Promise<StoredItem[]> {
  const found: StoredItem[] = [];
  for await (const item of store.items(kind)) found.push(item);
  return found;
}

/** What is needed and lies in the trash has come into use again: looking for it takes it back. */
async function takeBack(
  store: Store,
  live: LiveSet,
  inPlace: { readonly contents: readonly StoredItem[]; readonly blobs: readonly StoredItem[] },
): Promise<void> {
  const blobs = new Set(inPlace.blobs.map(({ name }) => name));
  for (const digest of live.digests) if (!blobs.has(digest)) await store.has(digest);
  const contents = new Set(inPlace.contents.map(({ name }) => name));
  for (const key of live.contents) if (!contents.has(key)) await store.recordByContent(key);
}

function bySteps(dead: readonly Candidate[], blobs: readonly StoredItem[]): GarbageStep[] {
  const sizes = new Map(blobs.map(({ name, bytes }) => [name, bytes]));
  const steps = new Map<string, GarbageStep>();
  for (const { item, study, step, seconds, digests } of dead) {
    const name = `${study}/${step}`;
    const before = steps.get(name) ?? { study, step, cells: 0, bytes: 0, seconds: 0 };
    let bytes = item.bytes;
    for (const digest of digests) {
      bytes += sizes.get(digest) ?? 0;
      // The next cell with the same bytes does not hold them once more.
      sizes.delete(digest);
    }
    steps.set(name, {
      ...before,
      cells: before.cells + 1,
      bytes: before.bytes + bytes,
      seconds: before.seconds + seconds,
    });
  }
  return [...steps.values()].sort((a, b) => b.bytes - a.bytes);
}

function sizeOf(some: readonly StoredItem[]): number {
  return some.reduce((sum, { bytes }) => sum + bytes, 0);
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
