/** Garbage collection of a store folder: files are renamed to `trash/`, and deleted from there alone. */
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { cellKeySchema, digestSchema } from '../../schemas/identity.ts';
import type { CollectStore, ItemKind, StoredItem, TrashBatch } from '../store.ts';
import { makeFolder, syncDirectory } from './directory-sync.ts';
import type { FolderContext } from './folder-context.ts';
import type { Layout } from './layout.ts';
import { packedItems, unpackItems } from './packs/packed-items.ts';
import { systemCode, writing, writingNow } from './write-error.ts';

export function folderCollect(context: FolderContext): CollectStore {
  const { layout, trash } = context;
  return {
    items: kind => itemsOf(context, kind),
    moveToTrash: async (items, { batch, unlessModifiedSince }) => {
      await unpackItems(context, items, unlessModifiedSince);
      const folder = path.join(layout.trash, String(batch.getTime()));
      return moveAll(layout, items, { folder, unlessModifiedSince });
    },
    trash: async () => Promise.all(trash.batches().map(batch => describeBatch(layout, batch))),
    restoreTrash: async () => {
      let count = 0;
      for (const batch of trash.batches().reverse()) {
        const folder = path.join(layout.trash, batch);
        for await (const file of filesBelow(folder)) {
          const place = path.join(layout.root, path.relative(folder, file));
          if (!existsSync(place) && (await trash.restore(place))) count += 1;
        }
        await rm(folder, { recursive: true, force: true });
      }
      return count;
    },
    purgeTrash: batch => purge(layout, String(batch.getTime())),
  };
}

async function* itemsOf(context: FolderContext, kind: ItemKind): AsyncGenerator<StoredItem> {
  const { layout } = context;
  yield* packedItems(context, kind);
  if (kind === 'work') yield* worksIn(layout);
  for await (const { folder, prefix } of foldersOf(layout, kind)) {
    for (const file of await namesIn(folder)) {
      const name = `${prefix}${path.basename(file, '.json')}`;
      const found = statSync(path.join(folder, file), { throwIfNoEntry: false });
      if (found === undefined || !/^[0-9a-f]{64}$/.test(path.basename(name))) continue;
      yield { kind, name, bytes: found.size, modified: found.mtime };
    }
  }
}

async function* worksIn(layout: Layout): AsyncGenerator<StoredItem> {
  for (const name of await namesIn(layout.works)) {
    if (!cellKeySchema.safeParse(name).success) continue;
    const { bytes, modified } = await sizeBelow(path.join(layout.works, name));
    if (modified !== undefined) yield { kind: 'work', name, bytes, modified };
  }
}

/** Of all files below a folder together; when the youngest of them, or the folder itself, was changed. */
async function sizeBelow(folder: string): Promise<{ bytes: number; modified: Date | undefined }> {
  let bytes = 0;
  let modified = modifiedOf(folder);
  for await (const file of filesBelow(folder)) {
    const found = statSync(file, { throwIfNoEntry: false });
    bytes += found?.size ?? 0;
    if (found !== undefined && (modified === undefined || found.mtime > modified)) modified = found.mtime;
  }
  return { bytes, modified };
}

function modifiedOf(file: string): Date | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtime;
}

async function* foldersOf(layout: Layout, kind: ItemKind): AsyncGenerator<{ folder: string; prefix: string }> {
  if (kind === 'work') return;
  if (kind === 'partial') {
    for (const run of await namesIn(layout.runs)) yield { folder: layout.partial(run), prefix: `${run}/` };
    return;
  }
  const folders = { record: layout.records, content: layout.contents, blob: layout.blobs } as const;
  for (const shard of await namesIn(folders[kind])) yield { folder: path.join(folders[kind], shard), prefix: '' };
}

function fileOf(layout: Layout, { kind, name }: StoredItem): string {
  switch (kind) {
    case 'record':
      return layout.record(cellKeySchema.parse(name));
    case 'content':
      return layout.content(cellKeySchema.parse(name));
    case 'partial':
      return path.join(layout.partial(path.dirname(name)), `${path.basename(name)}.json`);
    case 'blob':
      return layout.blob(digestSchema.parse(name));
    case 'work':
      return layout.work(cellKeySchema.parse(name));
  }
}

interface Destination {
  readonly folder: string;
  readonly unlessModifiedSince: Date;
}

async function moveAll(
  layout: Layout,
  items: readonly StoredItem[],
  { folder, unlessModifiedSince }: Destination,
): Promise<number> {
  const changed = new Set<string>();
  let count = 0;
  for (const item of items) {
    const file = fileOf(layout, item);
    const thrown = path.join(folder, path.relative(layout.root, file));
    if (!changed.has(path.dirname(thrown))) await makeFolder(path.dirname(thrown));
    // The last look: a publication that needs it has touched it.
    const modified = item.kind === 'work' ? (await sizeBelow(file)).modified : modifiedOf(file);
    if (modified === undefined || modified >= unlessModifiedSince) continue;
    if (!writingNow(thrown, () => renameIfThere(file, thrown))) continue;
    count += 1;
    changed.add(path.dirname(file)).add(path.dirname(thrown));
  }
  for (const each of changed) await syncDirectory(each);
  return count;
}

function renameIfThere(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Hidden first, so that nobody takes back a record while its blobs are going; whoever dies in the middle leaves a folder
 * that nobody looks into, and that the next purge finishes.
 */
async function purge(layout: Layout, batch: string): Promise<void> {
  const hidden = `purging-${batch}`;
  writingNow(layout.trash, () => {
    mkdirSync(layout.trash, { recursive: true });
    renameIfThere(path.join(layout.trash, batch), path.join(layout.trash, hidden));
  });
  await syncDirectory(layout.trash);
  for (const name of await namesIn(layout.trash)) {
    if (!name.startsWith('purging-')) continue;
    const folder = path.join(layout.trash, name);
    await writing(folder, () => rm(folder, { recursive: true, force: true }));
  }
}

async function describeBatch(layout: Layout, batch: string): Promise<TrashBatch> {
  let items = 0;
  let bytes = 0;
  for await (const file of filesBelow(path.join(layout.trash, batch))) {
    items += 1;
    bytes += statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  }
  return { batch: new Date(Number(batch)), items, bytes };
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for (const name of await namesIn(folder)) {
    const each = path.join(folder, name);
    if (statSync(each, { throwIfNoEntry: false })?.isDirectory() === true) yield* filesBelow(each);
    else yield each;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
