/** One column of one batch, as it is read: values by row, and the numbers behind them. */
import type { CellValue, ColumnType } from '../../schemas/table-schema.ts';

export interface ColumnVector {
  readonly type: ColumnType;
  readonly rows: number;
  /** Rows without a value. */
  readonly nulls: number;
  /** The value of a row; null where it has none. A vector or list of numbers is a view: copy it to keep it long. */
  readonly value: (row: number) => CellValue;
  /** Of `int32`, `float32`, `float64` and `float32[d]`: all numbers, row after row (0 where a value is missing). */
  readonly numbers: Int32Array | Float32Array | Float64Array | undefined;
}

/** A column in which every row has the same text. */
export function constantVector(text: string, rows: number): ColumnVector {
  return { type: 'category', rows, nulls: 0, value: () => text, numbers: undefined };
}

/** The rows of a column with these indices, in their order. */
export function pickRows(vector: ColumnVector, indices: readonly number[]): ColumnVector {
  const { type, numbers } = vector;
  const at = (row: number) => indices[row] ?? -1;
  let nulls = 0;
  if (vector.nulls > 0) for (const index of indices) if (vector.value(index) === null) nulls += 1;
  return {
    type,
    rows: indices.length,
    nulls,
    value: row => vector.value(at(row)),
    numbers: numbers === undefined ? undefined : pickNumbers(numbers, indices, numbers.length / vector.rows),
  };
}

function pickNumbers(
  numbers: Int32Array | Float32Array | Float64Array,
  indices: readonly number[],
  width: number,
): Int32Array | Float32Array | Float64Array {
  const picked = numbers.slice(0, indices.length * width);
  for (const [row, index] of indices.entries()) {
    picked.set(numbers.subarray(index * width, (index + 1) * width), row * width);
  }
  return picked;
}
