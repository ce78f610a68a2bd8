/** Records of finished cells: in packs, or as files: `records/` by key, `contents/` by content key, partial ones with their run. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CellRecord } from '../../schemas/cell-record.ts';
import { type CellKey, digestOf } from '../../schemas/identity.ts';
import { CorruptRecordError, MissingRunError } from '../errors.ts';
import { parseRecord, recordText } from '../record-text.ts';
import type { BlobStore, RecordStore } from '../store.ts';
import { syncDirectory } from './directory-sync.ts';
import { linkUnlessTaken, removeIfThere, writeTemporary } from './durable-file.ts';
import type { FolderContext } from './folder-context.ts';
import type { FolderLeases } from './folder-leases.ts';
import type { PackedRecordPlace } from './packs/pack-folder.ts';
import { unpack } from './packs/unpack.ts';
import { keysLike, namesIn, readText, recordOfArtifact } from './record-scans.ts';

export function folderRecords(
  context: FolderContext,
  blobs: BlobStore,
  leases: Pick<FolderLeases, 'check'>,
): RecordStore {
  const { layout } = context;
  const find = async (key: CellKey, run?: string) =>
    (await findWhole(context, { key })) ??
    (run === undefined ? undefined : await findRecord(context, path.join(layout.partial(run), `${key}.json`), { key }));
  return {
    publish: async (record, fence) => {
      const text = await recordText(blobs, record);
      return publishText(context, record, {
        text,
        mayPublish: () => fence === undefined || leases.check(record.key, fence),
      });
    },
    record: find,
    recordByContent: async contentKey => findWhole(context, { content_key: contentKey }),
    haveRecords: (keys, run) => haveRecords(context, keys, run),
    keysLike: (prefix, limit) => keysLike(context, prefix, limit),
    recordOfArtifact: digest => recordOfArtifact(context, digest),
  };
}

/** What a record must say of itself to answer a look-up. */
type Wanted = Partial<Pick<CellRecord, 'key' | 'content_key'>>;

/** By key or content key: packs that are known, the file, packs that have come since, the trash. */
async function findWhole(
  context: FolderContext,
  wanted: { readonly key: CellKey } | { readonly content_key: CellKey },
): Promise<CellRecord | undefined> {
  const { layout, packs } = context;
  const file = 'key' in wanted ? layout.record(wanted.key) : layout.content(wanted.content_key);
  const inPack = () =>
    packedRecord(context, 'key' in wanted ? packs.record(wanted.key) : packs.content(wanted.content_key), wanted);
  const known = (await inPack()) ?? (await readRecord(file, wanted));
  if (known !== undefined) return known;
  packs.refresh();
  return (await inPack()) ?? restoredRecord(context, file, wanted);
}

/** One that is not what was written is moved aside, and its cell made again. */
async function packedRecord(
  context: FolderContext,
  place: PackedRecordPlace | undefined,
  wanted: Wanted,
): Promise<CellRecord | undefined> {
  const bytes = place === undefined ? undefined : context.packs.read(place);
  if (place === undefined || bytes === undefined) return undefined;
  if (digestOf(bytes) === place.digest) return checkedRecord(new TextDecoder().decode(bytes), place.pack.file, wanted);
  await unpack(context, place.pack);
  return undefined;
}

/** The record in a file, which is taken out of the trash where it lies there. */
async function findRecord(context: FolderContext, file: string, wanted: Wanted): Promise<CellRecord | undefined> {
  return (await readRecord(file, wanted)) ?? restoredRecord(context, file, wanted);
}

async function restoredRecord({ trash }: FolderContext, file: string, wanted: Wanted): Promise<CellRecord | undefined> {
  let record: CellRecord | undefined;
  while (record === undefined && (await trash.restore(file))) record = await readRecord(file, wanted);
  return record;
}

/** The record in a file; undefined where there is no such file. A file that was copied over another's is refused. */
async function readRecord(file: string, wanted: Wanted): Promise<CellRecord | undefined> {
  const text = await readText(file);
  return text === undefined ? undefined : checkedRecord(text, file, wanted);
}

function checkedRecord(text: string, file: string, wanted: Wanted): CellRecord {
  const record = parseRecord(text, file);
  const { key = record.key, content_key: contentKey = record.content_key } = wanted;
  if (record.key === key && record.content_key === contentKey) return record;
  throw new CorruptRecordError(file, new Error(`it is the record of another cell, ${record.name} (${record.key})`));
}

/**
 * Key first, then content key: whoever dies between the two leaves a record that can be found by its key, and the next
 * to publish that key adds the other name. The first file under a key or content key stays.
 */
async function publishText(
  context: FolderContext,
  record: CellRecord,
  { text, mayPublish }: { readonly text: string; readonly mayPublish: () => void },
): Promise<'published' | 'exists'> {
  const file = await recordFile(context, record);
  if (!record.partial && isPacked(context, record.key)) return 'exists';
  const temporary = await writeTemporary(context.layout.temporary, new TextEncoder().encode(text));
  try {
    await (record.partial ? context.ensureFolder : context.ensureShard)(path.dirname(file));
    // One in the trash was the first all the same.
    if (!existsSync(file)) await context.trash.restore(file);
    // As late as can be. A process that is stopped between this and the link still cannot replace a record: it can
    // only be the first.
    mayPublish();
    const published = linkUnlessTaken(temporary, file);
    const winner = published ? record : ((await readRecord(file, { key: record.key })) ?? record);
    const content = context.layout.content(winner.content_key);
    await context.ensureShard(path.dirname(content));
    linkUnlessTaken(file, content);
    // One after the other: where the file system has a journal, the first flush leaves the second little to do.
    await syncDirectory(path.dirname(file));
    await syncDirectory(path.dirname(content));
    return published ? 'published' : 'exists';
  } finally {
    removeIfThere(temporary);
  }
}

function isPacked({ packs }: FolderContext, key: CellKey): boolean {
  packs.refresh();
  const place = packs.record(key);
  return place !== undefined && packs.isWhole(place.pack);
}

async function recordFile({ layout }: FolderContext, { key, partial, run }: CellRecord): Promise<string> {
  if (!partial) return layout.record(key);
  if (!existsSync(layout.run(run))) throw new MissingRunError(run);
  return path.join(layout.partial(run), `${key}.json`);
}

/** Above so many keys of one shard its directory is read once instead of asking for each. */
const fewKeys = 4;

async function haveRecords(context: FolderContext, keys: readonly CellKey[], run?: string): Promise<boolean[]> {
  const { layout, trash, packs } = context;
  const partial = run === undefined ? new Set<string>() : await namesIn(layout.partial(run));
  const shards = new Map<string, CellKey[]>();
  for (const key of keys) {
    const folder = path.dirname(layout.record(key));
    const members = shards.get(folder);
    if (members === undefined) shards.set(folder, [key]);
    else members.push(key);
  }
  packs.refresh();
  const whole = new Set(packs.packs().filter(packs.isWhole));
  const found = new Set(
    keys.filter(key => {
      const place = packs.record(key);
      return place !== undefined && whole.has(place.pack);
    }),
  );
  await Promise.all(
    [...shards].map(async ([folder, members]) => {
      const names = members.length > fewKeys ? await namesIn(folder) : undefined;
      for (const key of members) {
        const name = `${key}.json`;
        if (partial.has(name) || (names?.has(name) ?? existsSync(path.join(folder, name)))) found.add(key);
      }
    }),
  );
  if (trash.batches().length > 0) {
    // They come back when they are read.
    for (const key of keys) if (!found.has(key) && trash.has(layout.record(key))) found.add(key);
  }
  return keys.map(key => found.has(key));
}
