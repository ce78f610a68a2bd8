/** Whole columns in memory, in the form a computation wants them. */
import type { CellValue, Message } from '../../schemas/table-schema.ts';
import { type Column, vectorWidth } from './column-list.ts';
import type { ColumnVector } from './column-vector.ts';
import { MissingValueError } from './errors.ts';

/** Vectors of one width, row after row. */
export interface Matrix {
  readonly rows: number;
  readonly width: number;
  /** rows · width numbers. */
  readonly data: Float32Array;
}

/** The form of a whole column by type. Lists of values can hold missing ones, arrays of numbers cannot. */
export interface ColumnArrays {
  readonly int32: Int32Array;
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly 'float32[d]': Matrix;
  readonly utf8: readonly (string | null)[];
  readonly category: readonly (string | null)[];
  readonly bool: readonly (boolean | null)[];
  readonly 'utf8[]': readonly (readonly string[] | null)[];
  readonly 'int32[]': readonly (Int32Array | null)[];
  readonly 'float32[]': readonly (Float32Array | null)[];
  readonly messages: readonly (readonly Message[] | null)[];
}
export type WholeColumnType = keyof ColumnArrays;

/** The vectors of one column, batch after batch, each with the number of its first row. */
export type VectorStream = AsyncIterable<{ readonly first: number; readonly vector: ColumnVector }>;

export function readWholeColumn<Type extends WholeColumnType>(
  column: Column,
  type: Type,
  vectors: VectorStream,
): Promise<ColumnArrays[Type]> {
  return readers[type](column, vectors);
}

type Readers = {
  readonly [Type in WholeColumnType]: (column: Column, vectors: VectorStream) => Promise<ColumnArrays[Type]>;
};

const readers: Readers = {
  int32: (column, vectors) => joinNumbers(column, vectors, length => new Int32Array(length)),
  float32: (column, vectors) => joinNumbers(column, vectors, length => new Float32Array(length)),
  float64: (column, vectors) => joinNumbers(column, vectors, length => new Float64Array(length)),
  'float32[d]': async (column, vectors) => {
    const width = vectorWidth(column.type) ?? 0;
    const data = await joinNumbers(column, vectors, length => new Float32Array(length));
    return { rows: data.length / width, width, data };
  },
  utf8: (column, vectors) => listValues(column, vectors, isText),
  category: (column, vectors) => listValues(column, vectors, isText),
  bool: (column, vectors) => listValues(column, vectors, value => typeof value === 'boolean'),
  'utf8[]': (column, vectors) => listValues(column, vectors, isTexts),
  'int32[]': (column, vectors) => listValues(column, vectors, value => value instanceof Int32Array),
  'float32[]': (column, vectors) => listValues(column, vectors, value => value instanceof Float32Array),
  messages: (column, vectors) => listValues(column, vectors, isMessages),
};

async function joinNumbers<Numbers extends Int32Array | Float32Array | Float64Array>(
  { name, type }: Column,
  vectors: VectorStream,
  make: (length: number) => Numbers,
): Promise<Numbers> {
  const pieces: (Int32Array | Float32Array | Float64Array)[] = [];
  for await (const { first, vector } of vectors) {
    if (vector.nulls > 0) throw new MissingValueError(first + firstMissing(vector), name);
    if (vector.numbers === undefined) throw new Error(`internal: a column of ${type} without numbers`);
    pieces.push(vector.numbers);
  }
  const whole = make(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

function firstMissing(vector: ColumnVector): number {
  let row = 0;
  while (vector.value(row) !== null) row += 1;
  return row;
}

async function listValues<Value extends CellValue>(
  { type }: Column,
  vectors: VectorStream,
  isValue: (value: CellValue) => value is Value,
): Promise<(Value | null)[]> {
  const values: (Value | null)[] = [];
  for await (const { vector } of vectors) {
    for (let row = 0; row < vector.rows; row += 1) {
      const value = vector.value(row);
      if (value !== null && !isValue(value)) throw new Error(`internal: a column of ${type} with another value`);
      values.push(value);
    }
  }
  return values;
}

function isText(value: CellValue): value is string {
  return typeof value === 'string';
}

function isTexts(value: CellValue): value is readonly string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string');
}

function isMessages(value: CellValue): value is readonly Message[] {
  return Array.isArray(value) && value.every(item => typeof item === 'object' && item !== null && 'role' in item);
}
