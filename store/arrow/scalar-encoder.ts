/** Encoders of columns with one value a row: texts, truth values, numbers, categories. */
import type { CellValue } from '../../schemas/table-schema.ts';
import type { EncodedColumn } from './encoded-column.ts';
import { type NumberArray, growableBits, growableNumbers, growableText } from './growable.ts';
import { canonicalizeNaN, checkNumber, makeArray } from './numbers.ts';
import { textProblem, unexpected } from './value-problem.ts';

/** What `nullable` completes: buffers without validity, nodes of children alone. */
export interface ScalarEncoder {
  /** Appends a value that is not missing, or says what is wrong with it. */
  readonly append: (value: Exclude<CellValue, null>) => string | undefined;
  /** Rows appended, or what is wrong. */
  readonly appendAll: ((values: NumberArray) => number | string) | undefined;
  readonly appendMissing: () => void;
  readonly variableBytes: () => number;
  readonly encode: () => EncodedColumn;
  readonly clear: () => void;
  readonly dictionary: (() => readonly string[]) | undefined;
}

export function textEncoder(): ScalarEncoder {
  const offsets = growableNumbers(length => new Int32Array(length));
  const text = growableText();
  offsets.push(0);
  return {
    append: value => {
      const problem = textProblem(value);
      if (problem !== undefined || typeof value !== 'string') return problem;
      text.push(value);
      offsets.push(text.length());
      return undefined;
    },
    appendAll: undefined,
    appendMissing: () => offsets.push(text.length()),
    variableBytes: text.length,
    encode: () => ({ nodes: [], buffers: [offsets.bytes(), text.bytes()] }),
    clear: () => {
      offsets.clear();
      offsets.push(0);
      text.clear();
    },
    dictionary: undefined,
  };
}

export function boolEncoder(): ScalarEncoder {
  const bits = growableBits();
  return {
    append: value => {
      if (typeof value !== 'boolean') return unexpected('true or false', value);
      bits.push(value);
      return undefined;
    },
    appendAll: values => {
      if (!(values instanceof Uint8Array)) return unexpected('a Uint8Array of 0 and 1', values);
      for (const value of values) bits.push(value === 1);
      return values.length;
    },
    appendMissing: () => bits.push(false),
    variableBytes: () => 0,
    encode: () => ({ nodes: [], buffers: [bits.bytes()] }),
    clear: bits.clear,
    dictionary: undefined,
  };
}

export function numberEncoder(type: 'int32' | 'float32' | 'float64'): ScalarEncoder {
  const numbers = growableNumbers(length => makeArray(type, length));
  const check = checkNumber(type);
  return {
    append: value => {
      const problem = check(value);
      if (problem !== undefined || typeof value !== 'number') return problem;
      numbers.push(value);
      return undefined;
    },
    appendAll: values => {
      if (!(values instanceof makeArray(type, 0).constructor)) return unexpected(`an array of ${type}`, values);
      numbers.pushAll(values);
      return values.length;
    },
    appendMissing: () => numbers.push(0),
    variableBytes: () => 0,
    encode: () => {
      canonicalizeNaN(numbers.numbers());
      return { nodes: [], buffers: [numbers.bytes()] };
    },
    clear: numbers.clear,
    dictionary: undefined,
  };
}

/** The words are numbered in order of appearance over the whole table, so that batches share one dictionary. */
export function categoryEncoder(): ScalarEncoder {
  const indices = growableNumbers(length => new Int32Array(length));
  const words = new Map<string, number>();
  return {
    append: value => {
      const problem = textProblem(value);
      if (problem !== undefined || typeof value !== 'string') return problem;
      const index = words.get(value) ?? words.size;
      if (index === words.size) words.set(value, index);
      indices.push(index);
      return undefined;
    },
    appendAll: undefined,
    appendMissing: () => indices.push(0),
    variableBytes: () => 0,
    encode: () => ({ nodes: [], buffers: [indices.bytes()] }),
    clear: indices.clear,
    dictionary: () => [...words.keys()],
  };
}
