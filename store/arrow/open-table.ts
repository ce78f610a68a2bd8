/** Opens a stored table: its footer at once, its batches when they are asked for, and of those the columns wanted. */
import type { Digest } from '../../schemas/identity.ts';
import type { BlobReader, BlobStore } from '../store.ts';
import { arrowShape, decodeColumn } from './column-decoder.ts';
import type { Column } from './column-list.ts';
import { TableFormatError } from './errors.ts';
import { type Table, type TableBatch, makeBatch, makeTable } from './table.ts';
import { type BatchLayout, type StoredColumn, type TableLayout, readTableLayout } from './table-layout.ts';

export interface StoredTable extends Table {
  readonly digest: Digest;
  readonly rows: number;
  /** Length of its file. */
  readonly bytes: number;
}

/** Tables up to this size are read whole, verified against their digest, and kept while the table is. */
const smallBytes = 2 ** 18;

/** Columns further apart than this in a batch are read with a gap between them. */
const largestGap = 2 ** 16;

/**
 * The table of that digest. A `MissingBlobError` where there is none, a `CorruptBlobError` where a small one is not
 * what its digest says, a `TableFormatError` where the bytes are no table.
 */
export async function openTable(store: Pick<BlobStore, 'get' | 'open'>, digest: Digest): Promise<StoredTable> {
  const open = await readerSource(store, digest);
  const reader = await open();
  try {
    const layout = await readTableLayout(reader, digest);
    const rows = layout.batches.reduce((sum, batch) => sum + batch.rows, 0);
    const readBatches = (columns: readonly Column[]) => batchesOf({ digest, layout, open }, columns);
    return { ...makeTable({ columns: layout.columns, rows, readBatches }), digest, rows, bytes: reader.bytes };
  } finally {
    await reader.close();
  }
}

type OpenReader = () => Promise<BlobReader>;

/** How to open the blob again for each pass over it: from memory where it is small. */
async function readerSource(store: Pick<BlobStore, 'get' | 'open'>, digest: Digest): Promise<OpenReader> {
  const reader = await store.open(digest);
  await reader.close();
  if (reader.bytes > smallBytes) return () => store.open(digest);
  const bytes = await store.get(digest, { verify: true });
  return async () => ({
    bytes: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
    close: async () => undefined,
  });
}

interface OpenedTable {
  readonly digest: Digest;
  readonly layout: TableLayout;
  readonly open: OpenReader;
}

async function* batchesOf(
  { digest, layout, open }: OpenedTable,
  wanted: readonly Column[],
): AsyncGenerator<TableBatch> {
  const places = placesOf(layout.columns, wanted);
  const reader = await open();
  try {
    let first = 0;
    for (const [index, batch] of layout.batches.entries()) {
      const read = await readBatch(reader, batch, { first, places });
      if (typeof read === 'string') throw new TableFormatError(digest, `batch ${index}: ${read}`);
      yield read;
      first += batch.rows;
    }
  } finally {
    await reader.close();
  }
}

/** A column and where its first Arrow array and buffer stand among those of a batch. */
interface Place {
  readonly column: StoredColumn;
  readonly node: number;
  readonly buffer: number;
}

function placesOf(columns: readonly StoredColumn[], wanted: readonly Column[]): readonly Place[] {
  let node = 0;
  let buffer = 0;
  const places = new Map<string, Place>();
  for (const column of columns) {
    places.set(column.name, { column, node, buffer });
    const shape = arrowShape(column.type);
    node += shape.nodes;
    buffer += shape.buffers;
  }
  return wanted.map(({ name }) => {
    const place = places.get(name);
    if (place === undefined) throw new Error(`internal: no column ${name}`);
    return place;
  });
}

/** The batch, or what is wrong with its buffers. */
async function readBatch(
  reader: BlobReader,
  batch: BatchLayout,
  { first, places }: { readonly first: number; readonly places: readonly Place[] },
): Promise<TableBatch | string> {
  const buffersOf = ({ column, buffer }: Place) =>
    batch.buffers.slice(buffer, buffer + arrowShape(column.type).buffers);
  const bytesOf = await readRegions(reader, batch, places.flatMap(buffersOf));
  try {
    const fields = places.map(place => {
      const { type, words } = place.column;
      const nodes = batch.nodes.slice(place.node, place.node + arrowShape(type).nodes);
      const buffers = buffersOf(place).map(bytesOf);
      return [place.column, decodeColumn({ type, rows: batch.rows, nodes, buffers, dictionary: words })] as const;
    });
    return makeBatch(first, batch.rows, fields);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

interface Region {
  readonly offset: number;
  readonly length: number;
}

/** Reads regions of a batch's body, those that lie close together at once. */
async function readRegions(
  reader: BlobReader,
  { offset }: BatchLayout,
  regions: readonly Region[],
): Promise<(region: Region) => Uint8Array> {
  const spans: { begin: number; end: number }[] = [];
  for (const region of regions.filter(({ length }) => length > 0).sort((a, b) => a.offset - b.offset)) {
    const last = spans.at(-1);
    const end = region.offset + region.length;
    if (last !== undefined && region.offset - last.end <= largestGap) last.end = Math.max(last.end, end);
    else spans.push({ begin: region.offset, end });
  }
  const read: { readonly begin: number; readonly bytes: Uint8Array }[] = [];
  for (const { begin, end } of spans) {
    read.push({ begin, bytes: await reader.read(offset + begin, end - begin) });
  }
  return region => {
    if (region.length === 0) return new Uint8Array(0);
    const span = read.findLast(({ begin }) => begin <= region.offset);
    const at = region.offset - (span?.begin ?? 0);
    return span?.bytes.subarray(at, at + region.length) ?? new Uint8Array(0);
  };
}
