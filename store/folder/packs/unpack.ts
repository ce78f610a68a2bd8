/**
 * Moves what a pack holds out into files of its own, for whoever has to throw away, move aside or look at one of them:
 * a pack is never rewritten, only left empty. Whoever dies in between leaves the same bytes twice.
 */
import { linkSync, mkdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { digestOf } from '../../../schemas/identity.ts';
import { syncDirectory } from '../directory-sync.ts';
import { linkUnlessTaken, moveInto, removeIfThere, writeTemporary } from '../durable-file.ts';
import type { FolderContext } from '../folder-context.ts';
import type { Layout } from '../layout.ts';
import { temporaryPath } from '../temporary-files.ts';
import { systemCode } from '../write-error.ts';
import { encodePack } from './pack-file.ts';
import type { Pack, PackedPlace } from './pack-folder.ts';

const emptyPack = encodePack([], []);

/** A record that is not what was written goes to `quarantine/`; a blob says for itself whether it is. */
export async function unpack(context: FolderContext, pack: Pack): Promise<void> {
  const { layout, packs } = context;
  const modified = statSync(pack.file, { throwIfNoEntry: false })?.mtime;
  const takeOut = async (place: Omit<PackedPlace, 'pack'>, names: readonly string[]) => {
    const bytes = packs.read({ ...place, pack });
    // Another process is faster.
    if (bytes === undefined || modified === undefined) return;
    await writeNames(context, bytes, { names, modified });
  };
  for (const blob of pack.head.blobs) await takeOut(blob, [layout.blob(blob.digest)]);
  for (const record of pack.head.records) {
    const bytes = packs.read({ ...record, pack });
    const isSound = bytes !== undefined && digestOf(bytes) === record.digest;
    const aside = path.join(layout.quarantine, `${record.key}-pack-${Date.now()}.json`);
    await takeOut(record, isSound ? [layout.record(record.key), layout.content(record.contentKey)] : [aside]);
  }
  if (packs.isWhole(pack)) await moveInto(await writeTemporary(layout.temporary, emptyPack), pack.file);
  packs.forget(pack);
}

/** Unpacks every pack with a record whose text is of that kind. */
export async function unpackWhere(context: FolderContext, isMeant: (text: string) => boolean): Promise<void> {
  const { packs } = context;
  packs.refresh();
  for (const pack of packs.packs()) {
    const texts = pack.head.records.map(place => packs.read({ ...place, pack }));
    if (texts.some(text => text !== undefined && isMeant(Buffer.from(text).toString()))) await unpack(context, pack);
  }
}

/** It was needed when its pack was, not now. */
async function writeNames(
  { layout, ensureFolder, ensureShard }: FolderContext,
  bytes: Uint8Array,
  { names, modified }: { readonly names: readonly string[]; readonly modified: Date },
): Promise<void> {
  const temporary = await writeTemporary(layout.temporary, bytes);
  try {
    utimesSync(temporary, modified, modified);
    for (const name of names) {
      await (path.dirname(name) === layout.quarantine ? ensureFolder : ensureShard)(path.dirname(name));
      linkUnlessTaken(temporary, name);
      await syncDirectory(path.dirname(name));
    }
  } finally {
    removeIfThere(temporary);
  }
}

/**
 * Keeps a pack that cannot be read as evidence; what was in it is made again. Best effort: where nothing may be
 * written, it is met again.
 */
export function movePackAside({ quarantine, temporary }: Layout, file: string): void {
  const empty = temporaryPath(temporary);
  try {
    mkdirSync(quarantine, { recursive: true });
    linkSync(file, path.join(quarantine, `${path.basename(file)}-${Date.now()}`));
    writeFileSync(empty, emptyPack);
    // Over it: a number without a file would hide all packs after it.
    renameSync(empty, file);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    removeIfThere(empty);
  }
}
