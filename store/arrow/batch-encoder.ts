/** Rows and columns on their way into batches: checks every value, and says when a batch is full. */
import type { Row } from '../../schemas/table-schema.ts';
import { type ColumnEncoder, columnEncoder, fixedRowBytes } from './column-encoder.ts';
import { type Column, namesOf } from './column-list.ts';
import type { ColumnSources } from './column-source.ts';
import type { EncodedColumn } from './encoded-column.ts';
import { TableValueError } from './errors.ts';
import { textEncoder } from './scalar-encoder.ts';

/** A batch ends with the row that reaches so many bytes, and has fewer rows where each has many. */
const batchBytes = 2 ** 22;

export interface BatchEncoder {
  readonly appendRow: (row: Row) => void;
  /** Appends rows from `first` on, as many as fit into the batch; says how many. */
  readonly appendSome: (sources: ColumnSources, first: number) => number;
  readonly isFull: () => boolean;
  /** Rows of the batch so far. */
  readonly rows: () => number;
  /** The batch so far. Its buffers hold until the next append. */
  readonly encode: () => readonly EncodedColumn[];
  /** Begins the next batch. */
  readonly clear: () => void;
  /** Words of the categories by number of their column. */
  readonly dictionaries: () => ReadonlyMap<number, EncodedColumn>;
}

export function batchEncoder(columns: readonly Column[], batchRows: number): BatchEncoder {
  const fields = columns.map(column => ({ ...column, encoder: columnEncoder(column.type) }));
  const fixedBytes = columns.reduce((sum, { type }) => sum + fixedRowBytes(type), 0);
  const mostRows = Math.max(1, Math.min(batchRows, Math.floor(batchBytes / fixedBytes)));
  const append = rowAppender(fields);
  let before = 0;
  let rows = 0;

  const check: Check = (column, problem) => {
    if (problem !== undefined) throw new TableValueError(before + rows, column, problem);
  };
  return {
    appendRow: row => {
      append(row, check);
      rows += 1;
    },
    appendSome: (sources, first) => {
      const count = appendSources(fields, { sources, first, most: mostRows - rows }, check);
      rows += count;
      return count;
    },
    isFull: () => rows >= mostRows || variableBytes(fields) >= batchBytes,
    rows: () => rows,
    encode: () => fields.map(({ encoder }) => encoder.encode()),
    clear: () => {
      for (const { encoder } of fields) encoder.clear();
      before += rows;
      rows = 0;
    },
    dictionaries: () => dictionariesOf(fields),
  };
}

interface Field extends Column {
  readonly encoder: ColumnEncoder;
}

/** Throws where there is a problem with a column of the row at hand. */
type Check = (column: string, problem: string | undefined) => void;

function rowAppender(fields: readonly Field[]): (row: Row, check: Check) => void {
  const names = new Set(fields.map(({ name }) => name));
  return (row, check) => {
    for (const { name, encoder } of fields) {
      const value = row[name];
      check(name, value === undefined ? missingProblem(row) : encoder.append(value));
    }
    for (const name of Object.keys(row)) {
      if (!names.has(name)) check(name, `is not in the table, which has ${namesOf(fields)}`);
    }
  };
}

interface Some {
  readonly sources: ColumnSources;
  readonly first: number;
  /** Rows that the batch still has room for. */
  readonly most: number;
}

/** Appends many rows at once where every column is numbers that lie as they are to be written, else one; how many. */
function appendSources(fields: readonly Field[], { sources, first, most }: Some, check: Check): number {
  const inBulk = fields.every(({ encoder }, index) => encoder.appendAll && sources.columns[index]?.numbers);
  const count = inBulk ? Math.min(sources.rows - first, most) : 1;
  for (const [index, { name, encoder }] of fields.entries()) {
    const source = sources.columns[index];
    const numbers = inBulk ? source?.numbers?.(first, count) : undefined;
    check(name, numbers === undefined ? encoder.append(source?.value(first) ?? null) : encoder.appendAll?.(numbers));
  }
  return count;
}

function variableBytes(fields: readonly Field[]): number {
  let bytes = 0;
  for (const { encoder } of fields) bytes += encoder.variableBytes();
  return bytes;
}

function dictionariesOf(fields: readonly Field[]): ReadonlyMap<number, EncodedColumn> {
  return new Map(
    fields.flatMap(({ encoder }, index) =>
      encoder.dictionary === undefined ? [] : [[index, encodeWords(encoder.dictionary())] as const],
    ),
  );
}

function missingProblem(row: Row): string {
  return `is missing in the row, which has ${Object.keys(row).join(', ') || 'nothing'}; a value that is not there is null`;
}

function encodeWords(words: readonly string[]): EncodedColumn {
  const encoder = textEncoder();
  for (const word of words) encoder.append(word);
  const { buffers } = encoder.encode();
  return { nodes: [{ length: words.length, nulls: 0 }], buffers: [new Uint8Array(0), ...buffers] };
}
