/** A table to read: stored, gathered from many, or some rows of one. Nothing is held open between its calls. */
import type { ColumnType, Columns, Row } from '../../schemas/table-schema.ts';
import { type Column, columnsOf, findColumn } from './column-list.ts';
import type { ColumnVector } from './column-vector.ts';
import { MissingColumnError } from './errors.ts';
import { type ColumnArrays, type WholeColumnType, readWholeColumn } from './whole-column.ts';

export interface Table {
  /** All columns, in order. */
  readonly columns: Columns;
  /** undefined where only reading tells how many there are. */
  readonly rows: number | undefined;
  /** Batch after batch, in order; only the columns asked for are read. */
  readonly batches: (projection?: Projection) => AsyncIterable<TableBatch>;
  /** Row after row, each with the columns asked for. */
  readonly rowsOf: (projection?: Projection) => AsyncIterable<Row>;
  /**
   * A whole column in memory; `float32[d]` asks for vectors of any width. A `MissingColumnError` where there is none of
   * that name and type, a `MissingValueError` where an array of numbers would have to hold a missing value.
   */
  readonly column: <Type extends WholeColumnType>(name: string, type: Type) => Promise<ColumnArrays[Type]>;
}

export interface Projection {
  /** Names of the columns to read, in the order wanted; all without it. */
  readonly columns?: readonly string[];
}

export interface TableBatch {
  readonly rows: number;
  /** Number in the table of its first row. */
  readonly first: number;
  readonly columns: readonly Column[];
  /** A `MissingColumnError` for a column that is not there or was not asked for. */
  readonly column: (name: string) => ColumnVector;
  /** A row of the batch. */
  readonly row: (index: number) => Row;
}

/** What a table is made from: columns, and how to read batches of some of them. */
export interface TableSource {
  readonly columns: readonly Column[];
  readonly rows: number | undefined;
  readonly readBatches: (columns: readonly Column[]) => AsyncIterable<TableBatch>;
}

export function makeTable({ columns, rows, readBatches }: TableSource): Table {
  const batches = (projection: Projection = {}) => readBatches(projected(columns, projection));
  return {
    columns: columnsOf(columns),
    rows,
    batches,
    rowsOf: projection => rowsOfBatches(batches(projection)),
    column: async (name, type) => {
      const found = findColumn(columns, name);
      if (!matches(found.type, type)) throw new MissingColumnError(name, `is ${found.type}, not ${type}`);
      return readWholeColumn(found, type, vectorsOf(name, readBatches([found])));
    },
  };
}

/** Whether a stored column is of a type as a port may ask for it. */
function matches(stored: ColumnType, asked: ColumnType): boolean {
  return asked === 'float32[d]' ? /^float32\[\d+\]$/.test(stored) : stored === asked;
}

function projected(columns: readonly Column[], { columns: names }: Projection): readonly Column[] {
  return names === undefined ? columns : names.map(name => findColumn(columns, name));
}

async function* rowsOfBatches(batches: AsyncIterable<TableBatch>): AsyncGenerator<Row> {
  for await (const batch of batches) {
    for (let index = 0; index < batch.rows; index += 1) yield batch.row(index);
  }
}

async function* vectorsOf(name: string, batches: AsyncIterable<TableBatch>) {
  for await (const batch of batches) yield { first: batch.first, vector: batch.column(name) };
}

/** A batch from its columns, each with its vector. */
export function makeBatch(
  first: number,
  rows: number,
  fields: readonly (readonly [Column, ColumnVector])[],
): TableBatch {
  const vectors = new Map(fields.map(([{ name }, vector]) => [name, vector]));
  return {
    rows,
    first,
    columns: fields.map(([column]) => column),
    column: name => {
      const vector = vectors.get(name);
      if (vector === undefined) throw new MissingColumnError(name, 'is not among the columns that were read');
      return vector;
    },
    row: index => {
      const row: Record<string, ReturnType<ColumnVector['value']>> = {};
      for (const [{ name }, vector] of fields) row[name] = vector.value(index);
      return row;
    },
  };
}
