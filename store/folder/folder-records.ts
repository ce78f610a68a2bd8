/** Records of finished cells as files: `records/` by key, `contents/` by content key, partial ones with their run. */
import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CellRecord } from '../../schemas/cell-record.ts';
import { type CellKey, type Digest, cellKeySchema } from '../../schemas/identity.ts';
import { CorruptRecordError, MissingRunError } from '../errors.ts';
import { checkedPrefix } from '../key-prefix.ts';
import { parseRecord, recordText } from '../record-text.ts';
import type { BlobStore, RecordStore } from '../store.ts';
import { syncDirectory } from './directory-sync.ts';
import { linkUnlessTaken, removeIfThere, writeTemporary } from './durable-file.ts';
import type { FolderContext } from './folder-context.ts';
import type { FolderLeases } from './folder-leases.ts';
import { readIfThere } from './read-bytes.ts';
import { systemCode } from './write-error.ts';

export function folderRecords(
  context: FolderContext,
  blobs: BlobStore,
  leases: Pick<FolderLeases, 'check'>,
): RecordStore {
  const { layout } = context;
  const find = async (key: CellKey, run?: string) =>
    (await findRecord(context, layout.record(key), { key })) ??
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
    recordByContent: async contentKey => findRecord(context, layout.content(contentKey), { content_key: contentKey }),
    haveRecords: (keys, run) => haveRecords(context, keys, run),
    keysLike: (prefix, limit) => keysLike(layout.records, prefix, limit),
    recordOfArtifact: digest => recordOfArtifact([layout.records, layout.contents], digest),
  };
}

/** What a record must say of itself to answer a look-up. */
type Wanted = Partial<Pick<CellRecord, 'key' | 'content_key'>>;

/** The record in a file, which is taken out of the trash where it lies there. */
async function findRecord({ trash }: FolderContext, file: string, wanted: Wanted): Promise<CellRecord | undefined> {
  return (await readRecord(file, wanted)) ?? ((await trash.restore(file)) ? readRecord(file, wanted) : undefined);
}

/** The record in a file; undefined where there is no such file. A file that was copied over another's is refused. */
async function readRecord(file: string, wanted: Wanted): Promise<CellRecord | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  const record = parseRecord(text, file);
  const { key = record.key, content_key: contentKey = record.content_key } = wanted;
  if (record.key === key && record.content_key === contentKey) return record;
  throw new CorruptRecordError(file, new Error(`it is the record of another cell, ${record.name} (${record.key})`));
}

async function readText(file: string): Promise<string | undefined> {
  // Most of these look-ups find nothing, and asking first spares them an error with its stack.
  const bytes = existsSync(file) ? await readIfThere(file) : undefined;
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
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

async function recordFile({ layout }: FolderContext, { key, partial, run }: CellRecord): Promise<string> {
  if (!partial) return layout.record(key);
  if (!existsSync(layout.run(run))) throw new MissingRunError(run);
  return path.join(layout.partial(run), `${key}.json`);
}

/** Above so many keys of one shard its directory is read once instead of asking for each. */
const fewKeys = 4;

async function haveRecords(context: FolderContext, keys: readonly CellKey[], run?: string): Promise<boolean[]> {
  const { layout, trash } = context;
  const partial = run === undefined ? new Set<string>() : await namesIn(layout.partial(run));
  const shards = new Map<string, CellKey[]>();
  for (const key of keys) {
    const folder = path.dirname(layout.record(key));
    const members = shards.get(folder);
    if (members === undefined) shards.set(folder, [key]);
    else members.push(key);
  }
  const found = new Set<CellKey>();
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

/** Names in a folder; none where there is no such folder. */
async function namesIn(folder: string): Promise<Set<string>> {
  try {
    return new Set(await readdir(folder));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return new Set();
    throw error;
  }
}

async function keysLike(records: string, prefix: string, limit: number): Promise<CellKey[]> {
  const checked = checkedPrefix(prefix);
  if (!/^[0-9a-f]+$/.test(checked)) return [];
  return [...(await namesIn(path.join(records, checked.slice(0, 2))))]
    .filter(name => name.startsWith(checked))
    .sort()
    .slice(0, limit)
    .flatMap(name => cellKeySchema.safeParse(name.replace(/\.json$/, '')).data ?? []);
}

/** Reads every record, so it takes seconds in a large store. The one that computed it comes before one that reused it. */
async function recordOfArtifact(folders: readonly string[], digest: Digest): Promise<CellRecord | undefined> {
  let reusing: CellRecord | undefined;
  for await (const file of filesOf(folders)) {
    const text = await readText(file);
    if (text === undefined || !text.includes(digest)) continue;
    const record = parseRecord(text, file);
    if (!Object.values(record.outputs).some(output => output.digest === digest)) continue;
    if (record.reused_from === undefined) return record;
    reusing ??= record;
  }
  return reusing;
}

async function* filesOf(folders: readonly string[]): AsyncGenerator<string> {
  for (const folder of folders) {
    for (const shard of await namesIn(folder)) {
      for (const name of await namesIn(path.join(folder, shard))) yield path.join(folder, shard, name);
    }
  }
}
