/** The types a table's columns may have, in the words used by step kinds, checks and messages. */
import { z } from 'zod';

/**
 * `utf8`, `bool`, `int32`, `float32`, `float64`; lists `utf8[]`, `int32[]`, `float32[]`; `float32[d]`, a vector of d
 * numbers (Arrow's FixedSizeList; d is written as a number, and `float32[d]` in a port means any width); `category`,
 * a dictionary-encoded string, used for axes; `messages`, a list of {role, content}.
 */
export const columnTypeSchema = z.union([
  z.enum(['utf8', 'bool', 'int32', 'float32', 'float64', 'utf8[]', 'int32[]', 'float32[]', 'category', 'messages']),
  z.custom<`float32[${number}]`>(type => typeof type === 'string' && /^float32\[[1-9]\d*\]$/.test(type)),
  z.literal('float32[d]'),
]);
export type ColumnType = z.output<typeof columnTypeSchema>;

/** Columns by name, in order. */
export type Columns = { readonly [name: string]: ColumnType };

/** One turn of a conversation. */
export interface Message {
  readonly role: string;
  readonly content: string;
}

/** A value in a table; null where the column has none. */
export type CellValue =
  | null
  | string
  | number
  | boolean
  | readonly string[]
  | readonly number[]
  | Int32Array
  | Float32Array
  | readonly Message[];

/** One row, by column name. */
export type Row = { readonly [column: string]: CellValue };
