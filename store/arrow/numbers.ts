/** Numbers as tables hold them: which a column takes, and one bit pattern for every NaN. */
import type { NumberArray } from './growable.ts';
import { unexpected } from './value-problem.ts';

export type NumberType = 'int32' | 'float32' | 'float64';

export function makeArray(type: NumberType, length: number): Int32Array | Float32Array | Float64Array {
  switch (type) {
    case 'int32':
      return new Int32Array(length);
    case 'float32':
      return new Float32Array(length);
    case 'float64':
      return new Float64Array(length);
    default:
      return type satisfies never;
  }
}

/** A check that says what keeps a value out of such a column. NaN and infinities are numbers. */
export function checkNumber(type: NumberType): (value: unknown) => string | undefined {
  switch (type) {
    case 'int32':
      return value => (typeof value === 'number' && (value | 0) === value ? undefined : unexpected('an int32', value));
    case 'float32':
      return value => {
        if (typeof value !== 'number') return unexpected('a number', value);
        const overflows = Number.isFinite(value) && !Number.isFinite(Math.fround(value));
        return overflows ? unexpected('a number within the range of float32', value) : undefined;
      };
    case 'float64':
      return value => (typeof value === 'number' ? undefined : unexpected('a number', value));
    default:
      return type satisfies never;
  }
}

/**
 * Gives every NaN the positive quiet pattern. Which of its many patterns an operation leaves differs between
 * processors, engines and even optimization levels of one engine, and would make equal rows unequal bytes.
 */
export function canonicalizeNaN(numbers: NumberArray): void {
  if (numbers instanceof Float32Array) {
    let bits: Int32Array | undefined;
    for (let index = 0; index < numbers.length; index += 1) {
      if (!Number.isNaN(numbers[index])) continue;
      bits ??= new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length);
      bits[index] = 0x7fc00000;
    }
  } else if (numbers instanceof Float64Array) {
    let bits: BigInt64Array | undefined;
    for (let index = 0; index < numbers.length; index += 1) {
      if (!Number.isNaN(numbers[index])) continue;
      bits ??= new BigInt64Array(numbers.buffer, numbers.byteOffset, numbers.length);
      bits[index] = 0x7ff8000000000000n;
    }
  }
}
