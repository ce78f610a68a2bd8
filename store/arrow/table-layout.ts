/**
 * Where everything lies in a stored table: read from its footer and the heads of its batches, not from its data. Every
 * length is held against what the schema and the file allow before it is believed.
 */
import type { Block } from 'apache-arrow/fb/block';
import { DictionaryBatch } from 'apache-arrow/fb/dictionary-batch';
import { Footer } from 'apache-arrow/fb/footer';
import { Message } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { ByteBuffer } from 'flatbuffers';
import type { ColumnType } from '../../schemas/table-schema.ts';
import type { BlobReader } from '../store.ts';
import { arrowShape, decodeColumn } from './column-decoder.ts';
import type { Column } from './column-list.ts';
import { TableFormatError } from './errors.ts';
import { readStoredSchema } from './stored-schema.ts';
import { magic } from './table-file-writer.ts';

export interface BatchLayout {
  readonly rows: number;
  /** Offset of its body in the file, and the length of that. */
  readonly offset: number;
  readonly length: number;
  readonly nodes: readonly { readonly length: number; readonly nullCount: number }[];
  /** Offsets within the body. */
  readonly buffers: readonly { readonly offset: number; readonly length: number }[];
}

export interface StoredColumn extends Column {
  /** Words of a category. */
  readonly words: readonly string[] | undefined;
}

export interface TableLayout {
  readonly columns: readonly StoredColumn[];
  readonly batches: readonly BatchLayout[];
}

/** A `TableFormatError` names `source` where the bytes are no table of ours. */
export async function readTableLayout(reader: BlobReader, source: string): Promise<TableLayout> {
  try {
    return await readLayout(reader);
  } catch (error) {
    throw new TableFormatError(source, error instanceof Error ? error.message : String(error), error);
  }
}

async function readLayout(reader: BlobReader): Promise<TableLayout> {
  const bytes = await readFooter(reader);
  const footer = Footer.getRootAsFooter(new ByteBuffer(bytes));
  const schema = footer.schema();
  if (schema === null) throw new Error('it has no schema');
  const columns = readStoredSchema(schema, bytes.length);
  const blocks = blocksOf(footer, bytes.length);
  const types = columns.map(({ type }) => type);
  const batches: BatchLayout[] = [];
  for (const block of blocks.recordBatches) {
    const { message, place } = await readMessage(reader, block, MessageHeader.RecordBatch);
    batches.push(layoutOf(message.header(new RecordBatch()), types, place));
  }
  const dictionaries = new Map<number, readonly string[]>();
  for (const block of blocks.dictionaries) {
    const { message, place } = await readMessage(reader, block, MessageHeader.DictionaryBatch);
    const dictionary = new DictionaryBatch();
    message.header(dictionary);
    const id = Number(dictionary.id());
    if (dictionary.isDelta() || dictionaries.has(id)) throw new Error('a dictionary in pieces: import it');
    dictionaries.set(id, await readWords(reader, layoutOf(dictionary.data(), ['utf8'], place)));
  }
  return {
    columns: columns.map(({ name, type, dictionary }) => ({ name, type, words: dictionaries.get(dictionary ?? -1) })),
    batches,
  };
}

/** The footer's length and the magic word after it. */
const tailBytes = 4 + magic.length;

async function readFooter(reader: BlobReader): Promise<Uint8Array> {
  if (reader.bytes < 2 * magic.length + tailBytes) throw new Error(`it has ${reader.bytes} bytes`);
  const tail = await reader.read(reader.bytes - tailBytes, tailBytes);
  if (Buffer.compare(tail.subarray(4), magic) !== 0) throw new Error('it does not end like an Arrow file');
  const length = new DataView(tail.buffer, tail.byteOffset).getInt32(0, true);
  if (length <= 0 || length > reader.bytes - tailBytes) throw new Error(`a footer of ${length} bytes`);
  return reader.read(reader.bytes - tailBytes - length, length);
}

interface Blocks {
  readonly recordBatches: readonly Block[];
  readonly dictionaries: readonly Block[];
}

function blocksOf(footer: Footer, bytes: number): Blocks {
  const count = [footer.recordBatchesLength(), footer.dictionariesLength()] as const;
  // 24 bytes for each block.
  if ((count[0] + count[1]) * 24 > bytes)
    throw new Error(`${count[0] + count[1]} batches in a footer of ${bytes} bytes`);
  const present = (block: Block | null) => (block === null ? [] : [block]);
  return {
    recordBatches: Array.from({ length: count[0] }, (_, index) => footer.recordBatches(index)).flatMap(present),
    dictionaries: Array.from({ length: count[1] }, (_, index) => footer.dictionaries(index)).flatMap(present),
  };
}

interface BodyPlace {
  readonly offset: number;
  readonly length: number;
}

/** The head of a message, and where its body lies. */
async function readMessage(
  reader: BlobReader,
  block: Block,
  expected: MessageHeader,
): Promise<{ readonly message: Message; readonly place: BodyPlace }> {
  const [offset, head, length] = [Number(block.offset()), block.metaDataLength(), Number(block.bodyLength())];
  if (offset < 0 || head < 8 || length < 0 || offset + head + length > reader.bytes) {
    throw new Error(`a batch at bytes ${offset} to ${offset + head + length} of ${reader.bytes}`);
  }
  const bytes = await reader.read(offset, head);
  const message = Message.getRootAsMessage(new ByteBuffer(bytes.subarray(8)));
  if (message.headerType() !== expected) throw new Error(`no batch at byte ${offset}`);
  return { message, place: { offset: offset + head, length } };
}

/** The layout of a batch of columns of these types. */
function layoutOf(batch: RecordBatch | null, types: readonly ColumnType[], place: BodyPlace): BatchLayout {
  if (batch === null) throw new Error('a batch without a head');
  if (batch.compression() !== null) throw new Error('its batches are compressed: import it');
  const shapes = types.map(arrowShape);
  const [nodes, buffers] = [sum(shapes.map(shape => shape.nodes)), sum(shapes.map(shape => shape.buffers))];
  if (batch.nodesLength() !== nodes || batch.buffersLength() !== buffers) {
    throw new Error(
      `a batch of ${batch.nodesLength()} arrays and ${batch.buffersLength()} buffers, not ${nodes} and ${buffers}`,
    );
  }
  const rows = Number(batch.length());
  // No column takes less than a bit for each row.
  if (rows < 0 || (types.length > 0 && rows > 8 * place.length)) {
    throw new Error(`a batch of ${rows} rows in ${place.length} bytes`);
  }
  return {
    rows,
    ...place,
    nodes: Array.from({ length: nodes }, (_, index) => {
      const node = batch.nodes(index);
      return { length: Number(node?.length()), nullCount: Number(node?.nullCount()) };
    }),
    buffers: Array.from({ length: buffers }, (_, index) => {
      const buffer = batch.buffers(index);
      return within(place, { offset: Number(buffer?.offset()), length: Number(buffer?.length()) });
    }),
  };
}

function within(place: BodyPlace, { offset, length }: BodyPlace): BodyPlace {
  if (offset >= 0 && length >= 0 && offset + length <= place.length) return { offset, length };
  throw new Error(`a buffer at bytes ${offset} to ${offset + length} of a batch of ${place.length}`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

async function readWords(reader: BlobReader, { rows, offset, length, nodes, buffers }: BatchLayout): Promise<string[]> {
  const body = await reader.read(offset, length);
  const words = decodeColumn({
    type: 'utf8',
    rows,
    nodes,
    buffers: buffers.map(region => body.subarray(region.offset, region.offset + region.length)),
    dictionary: undefined,
  });
  return Array.from({ length: rows }, (_, row) => {
    const word = words.value(row);
    if (typeof word !== 'string') throw new Error('a dictionary with a word missing');
    return word;
  });
}
