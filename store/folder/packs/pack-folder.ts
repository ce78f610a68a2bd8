/**
 * `packs/N.pack`, numbered from 1 without a gap: whoever publishes a pack links it under the next free number, so that
 * all processes agree on which came first, and what has come since is found by asking for one name. Each process keeps
 * in memory what lies where; a pack whose contents were moved out (see unpack) is an empty one from then on.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import type { CellKey, Digest } from '../../../schemas/identity.ts';
import { systemCode } from '../write-error.ts';
import { type PackHead, type Place, firstLineBytes, parseFirstLine, parseHead } from './pack-file.ts';

export interface Pack {
  readonly file: string;
  readonly inode: number;
  readonly head: PackHead;
}

export interface PackedPlace extends Place {
  readonly pack: Pack;
}

export interface PackedRecordPlace extends PackedPlace {
  /** Of the bytes there, unless they are damaged. */
  readonly digest: Digest;
}

export interface PackFolder {
  /** Looks for packs that others have published. */
  readonly refresh: () => void;
  /** The file that the next pack will be, as far as this process knows. */
  readonly next: () => string;
  /** Where it lies, as of the last `refresh`, unless the pack has been unpacked since. */
  readonly blob: (digest: Digest) => PackedPlace | undefined;
  readonly record: (key: CellKey) => PackedRecordPlace | undefined;
  readonly content: (contentKey: CellKey) => PackedRecordPlace | undefined;
  /** The bytes there; undefined where the pack has been unpacked. */
  readonly read: (place: PackedPlace) => Uint8Array | undefined;
  /** Whether the pack holds what it held; where not, it is forgotten. */
  readonly isWhole: (pack: Pack) => boolean;
  readonly packs: () => readonly Pack[];
  readonly keys: () => Iterable<CellKey>;
  readonly forget: (pack: Pack) => void;
}

/** `moveAside` is called for one that cannot be read, and is to leave an empty pack in its place. */
export function packFolder(folder: string, moveAside: (file: string) => void): PackFolder {
  const packs = new Set<Pack>();
  const blobs = new Map<Digest, PackedPlace>();
  const records = new Map<CellKey, PackedRecordPlace>();
  const contents = new Map<CellKey, PackedRecordPlace>();
  let count = 0;
  const next = () => path.join(folder, `${count + 1}.pack`);

  const add = (pack: Pack) => {
    packs.add(pack);
    for (const { digest, ...place } of pack.head.blobs) addFirst(blobs, digest, { ...place, pack });
    for (const { key, contentKey, ...place } of pack.head.records) {
      addFirst(records, key, { ...place, pack });
      addFirst(contents, contentKey, { ...place, pack });
    }
  };
  const forget = (pack: Pack) => {
    if (!packs.delete(pack)) return;
    for (const { digest } of pack.head.blobs) removeIf(blobs, digest, pack);
    for (const { key, contentKey } of pack.head.records) {
      removeIf(records, key, pack);
      removeIf(contents, contentKey, pack);
    }
  };
  const isWhole = (pack: Pack) => {
    const found = statSync(pack.file, { throwIfNoEntry: false });
    const same = found !== undefined && isSame(pack, found);
    if (!same) forget(pack);
    return same;
  };
  return {
    next,
    refresh: () => {
      for (let file = next(); existsSync(file); file = next()) {
        const pack = readPack(file);
        if (pack === undefined) moveAside(file);
        else add(pack);
        count += 1;
      }
    },
    blob: digest => blobs.get(digest),
    record: key => records.get(key),
    content: contentKey => contents.get(contentKey),
    read: place => {
      const bytes = readPlace(place);
      if (bytes === undefined) forget(place.pack);
      return bytes;
    },
    isWhole,
    packs: () => [...packs],
    keys: () => records.keys(),
    forget,
  };
}

/** The first to be published stays. */
function addFirst<Name, Where>(places: Map<Name, Where>, name: Name, place: Where): void {
  if (!places.has(name)) places.set(name, place);
}

function removeIf<Name>(places: Map<Name, PackedPlace>, name: Name, pack: Pack): void {
  if (places.get(name)?.pack === pack) places.delete(name);
}

/** An inode's number may be given again; the length of an empty pack is no other pack's. */
function isSame(pack: Pack, { ino, size }: { readonly ino: number; readonly size: number }): boolean {
  return ino === pack.inode && size === pack.head.bytes;
}

function readPack(file: string): Pack | undefined {
  return withFile(file, descriptor => {
    const { ino, size } = fstatSync(descriptor);
    const line = parseFirstLine(readAt(descriptor, { offset: 0, length: firstLineBytes }));
    if (line === undefined || line.head.length > size) return undefined;
    const head = parseHead(readAt(descriptor, line.head), line);
    return head === undefined || size !== head.bytes ? undefined : { file, inode: ino, head };
  });
}

function readPlace({ pack, ...place }: PackedPlace): Uint8Array | undefined {
  return withFile(pack.file, descriptor =>
    isSame(pack, fstatSync(descriptor)) ? readAt(descriptor, place) : undefined,
  );
}

function withFile<Result>(file: string, use: (descriptor: number) => Result): Result | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** As many of the bytes as there are. */
function readAt(descriptor: number, { offset, length }: Place): Uint8Array {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(descriptor, bytes, filled, length - filled, offset + filled);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}
