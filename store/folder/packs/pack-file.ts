/**
 * A pack: the small blobs and records of many cells in one file, written once and flushed once.
 *
 *     espalier-pack 1 HEAD-BYTES SHA-256-OF-HEAD ⏎
 *     b DIGEST BYTES ⏎              a blob
 *     r KEY CONTENT-KEY BYTES SHA-256 ⏎     a record
 *     … and then the bytes of each, in that order
 *
 * The head is guarded by the digest before it, a blob by its name, and a record by the digest in the head.
 */
import { type CellKey, type Digest, cellKeySchema, digestOf, digestSchema } from '../../../schemas/identity.ts';

export interface PackedBlob {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

export interface PackedRecord {
  readonly key: CellKey;
  readonly contentKey: CellKey;
  readonly text: string;
}

/** Where bytes lie in a pack. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

export interface RecordPlace extends Place {
  readonly key: CellKey;
  readonly contentKey: CellKey;
  readonly digest: Digest;
}

export interface PackHead {
  readonly blobs: readonly (Place & { readonly digest: Digest })[];
  readonly records: readonly RecordPlace[];
  /** Of the whole file. */
  readonly bytes: number;
}

const magic = 'espalier-pack 1';

/** Bytes of the longest first line. */
export const firstLineBytes = magic.length + 1 + 15 + 1 + 64 + 1;

export function encodePack(blobs: readonly PackedBlob[], records: readonly PackedRecord[]): Uint8Array {
  const texts = records.map(record => ({ ...record, bytes: Buffer.from(record.text) }));
  const head = Buffer.from(
    [
      ...blobs.map(({ digest, bytes }) => `b ${digest} ${bytes.length}\n`),
      ...texts.map(({ key, contentKey, bytes }) => `r ${key} ${contentKey} ${bytes.length} ${digestOf(bytes)}\n`),
    ].join(''),
  );
  const first = Buffer.from(`${magic} ${head.length} ${digestOf(head)}\n`);
  return Buffer.concat([first, head, ...blobs.map(({ bytes }) => bytes), ...texts.map(({ bytes }) => bytes)]);
}

/** Where the head ends, by the first line of a pack, and the digest that guards it; undefined where it is no pack. */
export function parseFirstLine(start: Uint8Array): { readonly head: Place; readonly digest: string } | undefined {
  const text = Buffer.from(start).toString('latin1');
  const [, length, digest] = /^espalier-pack 1 (\d{1,15}) ([0-9a-f]{64})\n/.exec(text) ?? [];
  if (length === undefined || digest === undefined) return undefined;
  return { head: { offset: text.indexOf('\n') + 1, length: Number(length) }, digest };
}

/** What a head says, given the place where it lies and its bytes; undefined where they are not what the digest says. */
export function parseHead(bytes: Uint8Array, { head, digest }: { head: Place; digest: string }): PackHead | undefined {
  if (bytes.length !== head.length || digestOf(bytes) !== digest) return undefined;
  const lines = Buffer.from(bytes).toString('latin1').split('\n').slice(0, -1);
  let offset = head.offset + head.length;
  const place = (length = ''): Place => {
    const found = { offset, length: Number(length) };
    offset += found.length;
    return found;
  };
  const blobs: PackHead['blobs'][number][] = [];
  const records: RecordPlace[] = [];
  for (const line of lines) {
    const [kind, first, second, length, guard] = line.split(' ');
    if (kind === 'b') blobs.push({ digest: digestSchema.parse(first), ...place(second) });
    else {
      const [key, contentKey] = [cellKeySchema.parse(first), cellKeySchema.parse(second)];
      records.push({ key, contentKey, digest: digestSchema.parse(guard), ...place(length) });
    }
  }
  return { blobs, records, bytes: offset };
}
