/**
 * The frame of a table: the Arrow IPC *file* format (https://arrow.apache.org/docs/format/Columnar.html), streamed.
 *
 * File rather than stream format, because its footer says where every batch lies: a reader takes the batches and
 * columns it wants and no others, and other programs can map the file into memory. It is written front to back all the
 * same; only the footer waits for the end. So do the dictionaries, which the file format lets lie anywhere: each is
 * written once and whole, and no reader needs to know delta dictionaries, which several do not.
 */
import { FileBlock, Footer } from 'apache-arrow/ipc/metadata/file';
import { BufferRegion, DictionaryBatch, FieldNode, Message, RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { MetadataVersion } from 'apache-arrow/enum';
import type { BlobWriter } from '../store.ts';
import { arrowSchema } from './arrow-schema.ts';
import type { Column } from './column-list.ts';
import type { EncodedColumn } from './encoded-column.ts';

/** `ARROW1`, which begins (padded to 8 bytes) and ends every file. */
export const magic = new TextEncoder().encode('ARROW1');

/** Marks a message that has a length of 4 bytes after it; with length 0 it ends the messages. */
const continuation = -1;

export interface TableFileWriter {
  readonly writeBatch: (rows: number, columns: readonly EncodedColumn[]) => Promise<void>;
  /** Writes what comes at the end. Dictionaries by number of their column. */
  readonly finish: (dictionaries: ReadonlyMap<number, EncodedColumn>) => Promise<void>;
}

export async function writeTableFile(blob: BlobWriter, columns: readonly Column[]): Promise<TableFileWriter> {
  const schema = arrowSchema(columns);
  const recordBatches: FileBlock[] = [];
  const dictionaryBatches: FileBlock[] = [];
  const messages = messageWriter(blob);
  await blob.write(concatenate([magic, new Uint8Array(2)]));
  await messages.write(Message.from(schema), { buffers: [], length: 0 });
  return {
    writeBatch: async (rows, encoded) => {
      const { header, body } = batchOf(rows, encoded);
      recordBatches.push(await messages.write(Message.from(header, body.length), body));
    },
    finish: async dictionaries => {
      for (const [id, words] of dictionaries) {
        const { header, body } = batchOf(words.nodes[0]?.length ?? 0, [words]);
        const message = Message.from(new DictionaryBatch(header, id), body.length);
        dictionaryBatches.push(await messages.write(message, body));
      }
      const footer = Footer.encode(new Footer(schema, MetadataVersion.V5, recordBatches, dictionaryBatches));
      await blob.write(concatenate([int32s(continuation, 0), footer, int32s(footer.length), magic]));
    },
  };
}

/** Writes messages, each with its length before it and its body after it, and knows where they lie. */
function messageWriter(blob: BlobWriter) {
  // The magic word and its padding come first.
  let position = 8;
  return {
    write: async (message: Message, body: Body): Promise<FileBlock> => {
      const header = Message.encode(message);
      const block = new FileBlock(8 + padded(header.length), body.length, position);
      for (const bytes of [int32s(continuation, padded(header.length)), header, ...body.buffers]) {
        await blob.write(bytes);
        if (bytes.length % 8 > 0) await blob.write(new Uint8Array(8 - (bytes.length % 8)));
      }
      position += block.metaDataLength + block.bodyLength;
      return block;
    },
  };
}

/** Little-endian. */
function int32s(...numbers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * numbers.length));
  for (const [index, number] of numbers.entries()) view.setInt32(4 * index, number, true);
  return new Uint8Array(view.buffer);
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

interface Body {
  readonly buffers: readonly Uint8Array[];
  /** With the padding of each buffer. */
  readonly length: number;
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}

function batchOf(rows: number, columns: readonly EncodedColumn[]): { header: RecordBatch; body: Body } {
  const nodes = columns.flatMap(column => column.nodes.map(({ length, nulls }) => new FieldNode(length, nulls)));
  const buffers = columns.flatMap(column => column.buffers);
  let length = 0;
  const regions = buffers.map(buffer => {
    const region = new BufferRegion(length, buffer.length);
    length += padded(buffer.length);
    return region;
  });
  return { header: new RecordBatch(rows, nodes, regions, null), body: { buffers, length } };
}
