/** Whole columns as they are given to a writer: typed arrays or lists of values, brought to one shape. */
import type { CellValue, ColumnType } from '../../schemas/table-schema.ts';
import { type Column, namesOf, vectorWidth } from './column-list.ts';
import { TableValueError } from './errors.ts';
import type { NumberArray } from './growable.ts';
import type { TableBatch } from './table.ts';

/** Columns of equal length by name. */
export type ColumnValues = { readonly [column: string]: NumberArray | readonly CellValue[] };

export interface ColumnSource {
  readonly rows: number;
  /** The value of a row. */
  readonly value: (row: number) => CellValue;
  /** The numbers of some rows, where they lie in the array that such a column is made of. */
  readonly numbers: ((first: number, count: number) => NumberArray) | undefined;
}

export interface ColumnSources {
  readonly rows: number;
  /** In the order of the table's columns. */
  readonly columns: readonly ColumnSource[];
}

/** Sources in the order of the columns; a `TableValueError` where one is missing, unknown or of another length. */
export function columnSources(columns: readonly Column[], given: ColumnValues): ColumnSources {
  const names = new Set(columns.map(({ name }) => name));
  for (const name of Object.keys(given)) {
    if (!names.has(name)) throw new TableValueError(0, name, `is not in the table, which has ${namesOf(columns)}`);
  }
  const sources = columns.map(({ name, type }) => {
    const values = given[name];
    if (values === undefined) throw new TableValueError(0, name, 'is missing among the columns');
    const source = sourceOf(values, type);
    if (typeof source === 'string') throw new TableValueError(0, name, source);
    return source;
  });
  const rows = sources[0]?.rows ?? 0;
  const odd = sources.findIndex(source => source.rows !== rows);
  if (odd >= 0) {
    throw new TableValueError(
      Math.min(rows, sources[odd]?.rows ?? 0),
      columns[odd]?.name ?? '',
      `has ${sources[odd]?.rows} rows, and column \`${columns[0]?.name}\` has ${rows}`,
    );
  }
  return { rows, columns: sources };
}

/** The columns of a batch that was read from another table. */
export function batchSources(columns: readonly Column[], batch: TableBatch): ColumnSources {
  return {
    rows: batch.rows,
    columns: columns.map(({ name }) => {
      const { value, numbers, nulls, rows } = batch.column(name);
      if (numbers === undefined || nulls > 0) return { rows, value, numbers: undefined };
      const width = numbers.length / rows;
      return { rows, value, numbers: (first, count) => numbers.subarray(first * width, (first + count) * width) };
    }),
  };
}

function sourceOf(values: NumberArray | readonly CellValue[], type: ColumnType): ColumnSource | string {
  if (!isNumberArray(values)) {
    return { rows: values.length, value: row => values[row] ?? null, numbers: undefined };
  }
  const width = vectorWidth(type);
  if (width !== undefined) return vectorSource(values, width);
  const numbers = isOwnArray(values, type)
    ? (first: number, count: number) => values.subarray(first, first + count)
    : undefined;
  const value = type === 'bool' ? (row: number) => asBoolean(values[row]) : (row: number) => values[row] ?? null;
  return { rows: values.length, value, numbers };
}

function vectorSource(values: NumberArray, width: number): ColumnSource | string {
  if (!(values instanceof Float32Array)) return 'vectors come as one Float32Array';
  if (values.length % width !== 0) return `${values.length} numbers are no whole vectors of ${width}`;
  const some = (first: number, count: number) => values.subarray(first * width, (first + count) * width);
  return { rows: values.length / width, value: row => some(row, 1), numbers: some };
}

function isNumberArray(values: NumberArray | readonly CellValue[]): values is NumberArray {
  return ArrayBuffer.isView(values);
}

function isOwnArray(values: NumberArray, type: ColumnType): boolean {
  switch (type) {
    case 'bool':
      // Any other value is refused row by row, so that the error can name its row.
      return values instanceof Uint8Array && values.every(value => value <= 1);
    case 'int32':
      return values instanceof Int32Array;
    case 'float32':
      return values instanceof Float32Array;
    case 'float64':
      return values instanceof Float64Array;
    default:
      return false;
  }
}

/** Anything but 0 and 1 stays a number, which the column then refuses. */
function asBoolean(value: number | undefined): CellValue {
  return value === 0 || value === 1 ? value === 1 : (value ?? null);
}
