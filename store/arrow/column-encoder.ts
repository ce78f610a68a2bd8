/**
 * Encoders of columns: values in, Arrow buffers out, one batch after the other. The bytes depend on the values alone:
 * what lies under a missing value is zero, every NaN has the same bits, and a column without missing values in a batch
 * has no validity bits there.
 */
import type { CellValue, ColumnType } from '../../schemas/table-schema.ts';
import { vectorWidth } from './column-list.ts';
import type { EncodedColumn } from './encoded-column.ts';
import { type NumberArray, growableBits } from './growable.ts';
import { type ListItems, listEncoder, messageItems, numberItems, textItems } from './list-encoder.ts';
import { type ScalarEncoder, boolEncoder, categoryEncoder, numberEncoder, textEncoder } from './scalar-encoder.ts';
import { vectorEncoder } from './vector-encoder.ts';

export interface ColumnEncoder {
  /** Appends a value, or says what is wrong with it. */
  readonly append: (value: CellValue) => string | undefined;
  /** Appends many numbers at once, where they lie in the kind of array that the column is made of. */
  readonly appendAll: ((values: NumberArray) => string | undefined) | undefined;
  /** Bytes beyond the fixed ones of each row, since the last `clear`. */
  readonly variableBytes: () => number;
  /** The batch so far. Its buffers hold until the next `append`. */
  readonly encode: () => EncodedColumn;
  /** Begins the next batch. */
  readonly clear: () => void;
  /** The words of a dictionary, in order of appearance over all batches. */
  readonly dictionary: (() => readonly string[]) | undefined;
}

export function columnEncoder(type: ColumnType): ColumnEncoder {
  switch (type) {
    case 'utf8':
      return nullable(textEncoder());
    case 'bool':
      return nullable(boolEncoder());
    case 'int32':
    case 'float32':
    case 'float64':
      return nullable(numberEncoder(type));
    case 'category':
      return nullable(categoryEncoder());
    case 'utf8[]':
      return list('a list of texts', textItems());
    case 'int32[]':
      return list('a list of whole numbers', numberItems('int32'));
    case 'float32[]':
      return list('a list of numbers', numberItems('float32'));
    case 'messages':
      return list('a list of {role, content}', messageItems());
    default:
      return nullable(vectorEncoder(widthOf(type)));
  }
}

function widthOf(type: ColumnType): number {
  const width = vectorWidth(type);
  if (width === undefined) throw new Error(`internal: ${type} has no encoder`);
  return width;
}

function list(expected: string, items: ListItems): ColumnEncoder {
  return nullable(listEncoder(expected, items));
}

/** Bytes that a row takes whatever its value; validity bits are left out of account. */
export function fixedRowBytes(type: ColumnType): number {
  const width = vectorWidth(type);
  if (width !== undefined) return 4 * width;
  if (type === 'bool') return 0.125;
  return type === 'float64' ? 8 : 4;
}

/** Adds missing values to an encoder of those that are there. */
function nullable(scalar: ScalarEncoder): ColumnEncoder {
  const validity = growableBits();
  const append = (value: CellValue) => {
    if (value === null) scalar.appendMissing();
    else {
      const problem = scalar.append(value);
      if (problem !== undefined) return problem;
    }
    validity.push(value !== null);
    return undefined;
  };
  const { appendAll } = scalar;
  return {
    append,
    appendAll:
      appendAll &&
      (values => {
        const result = appendAll(values);
        if (typeof result === 'string') return result;
        for (let row = 0; row < result; row += 1) validity.push(true);
        return undefined;
      }),
    variableBytes: scalar.variableBytes,
    encode: () => {
      const nulls = validity.zeros();
      const { buffers, nodes } = scalar.encode();
      const bits = nulls === 0 ? new Uint8Array(0) : validity.bytes();
      return { nodes: [{ length: validity.length(), nulls }, ...nodes], buffers: [bits, ...buffers] };
    },
    clear: () => {
      validity.clear();
      scalar.clear();
    },
    dictionary: scalar.dictionary,
  };
}
