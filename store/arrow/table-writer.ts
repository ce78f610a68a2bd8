/** Writes tables to the store, batch by batch: memory holds one batch and the words of the categories. */
import type { Artifact } from '../../schemas/artifact.ts';
import type { Columns, Row } from '../../schemas/table-schema.ts';
import type { BlobStore, BlobWriter } from '../store.ts';
import { createTurns } from '../turns.ts';
import { batchEncoder } from './batch-encoder.ts';
import { type Column, columnList } from './column-list.ts';
import { type ColumnSources, type ColumnValues, batchSources, columnSources } from './column-source.ts';
import type { Table, TableBatch } from './table.ts';
import { type TableFileWriter, writeTableFile } from './table-file-writer.ts';

export interface TableWriter {
  /** Appends a row, or rows in order. A value that does not fit its column is a `TableValueError`, and ends the writer. */
  readonly append: (rows: Row | readonly Row[]) => Promise<void>;
  /**
   * Appends whole columns of equal length: typed arrays of numbers (Int32Array, Float32Array, Float64Array of the
   * column's own type; Uint8Array of 0 and 1 for `bool`; one Float32Array of rows · d numbers for `float32[d]`), or
   * values. The bytes written are those of the same rows appended one by one.
   */
  readonly appendColumns: (columns: ColumnValues) => Promise<void>;
  /** Appends the rows of a batch that was read, whose columns are those of this table. */
  readonly appendBatch: (batch: TableBatch) => Promise<void>;
  /** Writes the rest and makes the table durable and visible. */
  readonly close: () => Promise<Artifact>;
  /** Forgets it; safe at any time. */
  readonly abort: () => Promise<void>;
}

export interface TableWriterOptions {
  /** Rows in a batch at most; the bytes of a table depend on it. */
  readonly batchRows?: number;
}

const defaultBatchRows = 4096;

/**
 * A writer of a table with these columns, in order. The same columns, rows and `batchRows` give the same bytes in any
 * process. A `TableColumnsError` where no table can have such columns.
 */
export async function createTableWriter(
  store: Pick<BlobStore, 'createBlob'>,
  columns: Columns,
  { batchRows = defaultBatchRows }: TableWriterOptions = {},
): Promise<TableWriter> {
  const list = columnList(columns);
  const blob = await store.createBlob();
  const table = batchedTable(blob, list, batchRows);
  const take = createTurns();
  /** One call at a time, since all fill one batch; a failed one ends the writer. */
  const step = <Result>(work: () => Promise<Result>) =>
    take(async () => {
      try {
        return await work();
      } catch (error) {
        await blob.abort();
        throw error;
      }
    });
  return {
    append: rows => step(() => table.appendRows(isList(rows) ? rows : [rows])),
    appendColumns: given => step(() => table.appendSources(columnSources(list, given))),
    appendBatch: given => step(() => table.appendSources(batchSources(list, given))),
    close: () =>
      step(async () => {
        const rows = await table.finish();
        return { kind: 'table', ...(await blob.commit()), rows };
      }),
    abort: () => blob.abort(),
  };
}

function isList(given: Row | readonly Row[]): given is readonly Row[] {
  return Array.isArray(given);
}

/** Fills batches and writes each when it is full. */
function batchedTable(blob: BlobWriter, columns: readonly Column[], batchRows: number) {
  const batch = batchEncoder(columns, batchRows);
  let file: TableFileWriter | undefined;
  let written = 0;

  const flush = async () => {
    file ??= await writeTableFile(blob, columns);
    if (batch.rows() === 0) return file;
    await file.writeBatch(batch.rows(), batch.encode());
    written += batch.rows();
    batch.clear();
    return file;
  };
  return {
    appendRows: async (rows: readonly Row[]) => {
      for (const row of rows) {
        batch.appendRow(row);
        if (batch.isFull()) await flush();
      }
    },
    appendSources: async (sources: ColumnSources) => {
      let row = 0;
      while (row < sources.rows) {
        row += batch.appendSome(sources, row);
        if (batch.isFull()) await flush();
      }
    },
    /** Writes the rest and the end of the file; how many rows there are. */
    finish: async () => {
      await (await flush()).finish(batch.dictionaries());
      return written;
    },
  };
}

/** Writes a table from rows that come one after the other. */
export async function writeRows(
  store: Pick<BlobStore, 'createBlob'>,
  columns: Columns,
  rows: Iterable<Row> | AsyncIterable<Row>,
): Promise<Artifact> {
  const writer = await createTableWriter(store, columns);
  try {
    for await (const row of rows) await writer.append(row);
    return await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Writes a table that is read from others (gathered, selected), batch by batch. */
export async function writeTable(store: Pick<BlobStore, 'createBlob'>, table: Table): Promise<Artifact> {
  const writer = await createTableWriter(store, table.columns);
  try {
    for await (const batch of table.batches()) await writer.appendBatch(batch);
    return await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
