/** What a table holds, counted column by column: for checks of what a step made, and for people. */
import type { CellValue, ColumnType } from '../../schemas/table-schema.ts';
import { columnList } from './column-list.ts';
import type { ColumnVector } from './column-vector.ts';
import type { Table } from './table.ts';

export interface TableDescription {
  readonly rows: number;
  readonly columns: readonly ColumnDescription[];
}

export interface ColumnDescription {
  readonly name: string;
  readonly type: ColumnType;
  /** Rows without a value. */
  readonly nulls: number;
  /** Numbers that are NaN, or infinite; of vectors and lists all their numbers are counted. */
  readonly nans: number;
  readonly infinities: number;
}

/** Reads the whole table once, batch by batch. */
export async function describeTable(table: Table): Promise<TableDescription> {
  const columns = columnList(table.columns).map(column => ({ ...column, nulls: 0, nans: 0, infinities: 0 }));
  let rows = 0;
  for await (const batch of table.batches()) {
    rows += batch.rows;
    for (const column of columns) {
      const vector = batch.column(column.name);
      column.nulls += vector.nulls;
      for (const numbers of numbersOf(vector)) countOdd(numbers, column);
    }
  }
  return { rows, columns };
}

function countOdd(numbers: Numbers, counts: { nans: number; infinities: number }): void {
  for (const value of numbers) {
    if (Number.isFinite(value)) continue;
    if (Number.isNaN(value)) counts.nans += 1;
    else counts.infinities += 1;
  }
}

type Numbers = Int32Array | Float32Array | Float64Array;

function* numbersOf({ type, numbers, rows, value }: ColumnVector): Generator<Numbers> {
  if (numbers !== undefined) yield numbers;
  else if (type === 'float32[]') {
    for (let row = 0; row < rows; row += 1) {
      const list = value(row);
      if (isNumbers(list)) yield list;
    }
  }
}

function isNumbers(value: CellValue): value is Float32Array {
  return value instanceof Float32Array;
}
