/** Where the bytes of a blob are: in a pack, or in a file of their own, which may have to come out of the trash. */
import { statSync } from 'node:fs';
import type { Digest } from '../../schemas/identity.ts';
import { MissingBlobError } from '../errors.ts';
import type { BlobReader } from '../store.ts';
import { bytesReader, fileReader } from './blob-reader.ts';
import type { FolderContext } from './folder-context.ts';
import type { PackedPlace } from './packs/pack-folder.ts';
import { openIfThere } from './read-bytes.ts';
import { touch } from './trash-folder.ts';

export interface FoundBlob {
  readonly bytes: number;
  /** Its place in a pack; undefined for a file of its own. */
  readonly place: PackedPlace | undefined;
}

export async function findBlob(context: FolderContext, digest: Digest): Promise<FoundBlob | undefined> {
  const { layout, packs, trash } = context;
  const packed = (): FoundBlob | undefined => {
    const place = packs.blob(digest);
    return place === undefined || !packs.isWhole(place.pack) ? undefined : { place, bytes: place.length };
  };
  const file = layout.blob(digest);
  const loose = (): FoundBlob | undefined => {
    const found = statSync(file, { throwIfNoEntry: false });
    return found === undefined ? undefined : { place: undefined, bytes: found.size };
  };
  const known = packed() ?? loose();
  if (known !== undefined) return known;
  packs.refresh();
  let found = packed();
  while (found === undefined && (await trash.restore(file))) found = loose();
  return found;
}

export async function openBlob(context: FolderContext, digest: Digest): Promise<BlobReader> {
  const { layout, packs } = context;
  const packed = (place: PackedPlace | undefined) => {
    const bytes = place === undefined ? undefined : packs.read(place);
    return bytes === undefined ? undefined : bytesReader(bytes);
  };
  const loose = () => {
    const file = openIfThere(layout.blob(digest));
    return file === undefined ? undefined : fileReader(file);
  };
  // Between the look and the reading a pack may be emptied, its blobs being files of their own by then, or a file be
  // thrown away: then it is looked for again.
  for (;;) {
    const reader = packed(packs.blob(digest)) ?? loose();
    if (reader !== undefined) return reader;
    if ((await findBlob(context, digest)) === undefined) throw new MissingBlobError(digest);
  }
}

/** Below this age nobody collects a file, so that saying again that it is needed would be a write for nothing. */
const youngMilliseconds = 600_000;

/** Whoever collects garbage at this moment sees that it is needed. */
export function needAgain(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found !== undefined && Date.now() - found.mtimeMs > youngMilliseconds) touch(file);
}
