/** Encoder of `float32[d]`: vectors of one width, row after row. */
import { growableNumbers } from './growable.ts';
import { canonicalizeNaN, checkNumber } from './numbers.ts';
import type { ScalarEncoder } from './scalar-encoder.ts';
import { unexpected } from './value-problem.ts';

export function vectorEncoder(width: number): ScalarEncoder {
  const numbers = growableNumbers(length => new Float32Array(length));
  const check = checkNumber('float32');
  const expected = `a vector of ${width} numbers`;
  return {
    append: value => {
      if (value instanceof Float32Array) {
        if (value.length !== width) return `expected ${expected}, found one of ${value.length}`;
        numbers.pushAll(value);
        return undefined;
      }
      if (!Array.isArray(value)) return unexpected(expected, value);
      if (value.length !== width) return `expected ${expected}, found one of ${value.length}`;
      for (const each of value) {
        const problem = check(each);
        if (problem !== undefined) return problem;
      }
      for (const each of value) numbers.push(Number(each));
      return undefined;
    },
    appendAll: values => {
      if (!(values instanceof Float32Array)) return unexpected('a Float32Array', values);
      if (values.length % width !== 0) return `${values.length} numbers are no vectors of ${width}`;
      numbers.pushAll(values);
      return values.length / width;
    },
    appendMissing: () => numbers.fill(0, width),
    variableBytes: () => 0,
    encode: () => {
      canonicalizeNaN(numbers.numbers());
      return { nodes: [{ length: numbers.length(), nulls: 0 }], buffers: [new Uint8Array(0), numbers.bytes()] };
    },
    clear: numbers.clear,
    dictionary: undefined,
  };
}
