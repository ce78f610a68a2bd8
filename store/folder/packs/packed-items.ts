/** What lies in packs, for garbage collection. */
import { statSync } from 'node:fs';
import type { ItemKind, StoredItem } from '../../store.ts';
import type { FolderContext } from '../folder-context.ts';
import type { Pack } from './pack-folder.ts';
import { unpack } from './unpack.ts';

/** Everything of a kind that lies in packs. */
export function* packedItems({ packs }: FolderContext, kind: ItemKind): Generator<StoredItem> {
  packs.refresh();
  for (const pack of packs.packs()) {
    const modified = statSync(pack.file, { throwIfNoEntry: false })?.mtime;
    if (modified === undefined || !packs.isWhole(pack)) continue;
    for (const { name, bytes } of itemsIn(pack, kind)) yield { kind, name, bytes, modified };
  }
}

function itemsIn({ head }: Pack, kind: ItemKind): { readonly name: string; readonly bytes: number }[] {
  switch (kind) {
    case 'blob':
      return head.blobs.map(({ digest, length }) => ({ name: digest, bytes: length }));
    case 'record':
      return head.records.map(({ key, length }) => ({ name: key, bytes: length }));
    case 'content':
      return head.records.map(({ contentKey, length }) => ({ name: contentKey, bytes: length }));
    case 'partial':
    case 'work':
      return [];
  }
}

/** What is to go gets files of its own, with all that lies beside it, unless it was needed since. */
export async function unpackItems(context: FolderContext, items: readonly StoredItem[], unlessModifiedSince: Date) {
  const { packs } = context;
  packs.refresh();
  const meant = new Set(items.map(({ kind, name }) => `${kind} ${name}`));
  for (const pack of packs.packs()) {
    const kinds: readonly ItemKind[] = ['record', 'content', 'blob'];
    if (!kinds.some(kind => itemsIn(pack, kind).some(({ name }) => meant.has(`${kind} ${name}`)))) continue;
    const modified = statSync(pack.file, { throwIfNoEntry: false })?.mtime;
    if (modified !== undefined && modified < unlessModifiedSince) await unpack(context, pack);
  }
}
