/** Buffers that grow as values are appended, and are used again for the next batch. */

export type NumberArray = Int32Array | Float32Array | Float64Array | Uint8Array;

export interface GrowableNumbers {
  readonly push: (value: number) => void;
  readonly pushAll: (values: NumberArray) => void;
  /** Appends a value so many times. */
  readonly fill: (value: number, count: number) => void;
  readonly length: () => number;
  /** The bytes so far. They are overwritten by what is appended after `clear`. */
  readonly bytes: () => Uint8Array;
  /** The numbers so far, under the same condition. */
  readonly numbers: () => NumberArray;
  readonly clear: () => void;
}

const firstLength = 64;

export function growableNumbers(make: (length: number) => NumberArray): GrowableNumbers {
  let array = make(firstLength);
  let length = 0;
  const reserve = (more: number) => {
    if (length + more <= array.length) return;
    const larger = make(Math.max(array.length * 2, length + more));
    larger.set(array.subarray(0, length));
    array = larger;
  };
  return {
    push: value => {
      if (length === array.length) reserve(1);
      array[length++] = value;
    },
    pushAll: values => {
      reserve(values.length);
      array.set(values, length);
      length += values.length;
    },
    fill: (value, count) => {
      reserve(count);
      array.fill(value, length, length + count);
      length += count;
    },
    length: () => length,
    bytes: () => new Uint8Array(array.buffer, array.byteOffset, length * array.BYTES_PER_ELEMENT),
    numbers: () => array.subarray(0, length),
    clear: () => {
      length = 0;
    },
  };
}

export interface GrowableBits {
  readonly push: (bit: boolean) => void;
  readonly length: () => number;
  /** How many are not set. */
  readonly zeros: () => number;
  /** Least significant bit first, the rest of the last byte zero. */
  readonly bytes: () => Uint8Array;
  readonly clear: () => void;
}

export function growableBits(): GrowableBits {
  const bytes = growableNumbers(length => new Uint8Array(length));
  let length = 0;
  let ones = 0;
  let last = 0;
  return {
    push: bit => {
      if (bit) {
        last |= 1 << (length & 7);
        ones += 1;
      }
      length += 1;
      if ((length & 7) === 0) {
        bytes.push(last);
        last = 0;
      }
    },
    length: () => length,
    zeros: () => length - ones,
    bytes: () => {
      if ((length & 7) === 0) return bytes.bytes();
      const whole = new Uint8Array(bytes.length() + 1);
      whole.set(bytes.bytes());
      whole[bytes.length()] = last;
      return whole;
    },
    clear: () => {
      bytes.clear();
      length = 0;
      ones = 0;
      last = 0;
    },
  };
}

export interface GrowableText {
  /** UTF-8 bytes of the text; says how many they are. */
  readonly push: (text: string) => number;
  readonly length: () => number;
  readonly bytes: () => Uint8Array;
  readonly clear: () => void;
}

const encoder = new TextEncoder();

export function growableText(): GrowableText {
  let array = new Uint8Array(1024);
  let length = 0;
  return {
    push: text => {
      // No UTF-16 code unit takes more than three bytes.
      const most = text.length * 3;
      if (length + most > array.length) {
        const larger = new Uint8Array(Math.max(array.length * 2, length + most));
        larger.set(array.subarray(0, length));
        array = larger;
      }
      const { written } = encoder.encodeInto(text, array.subarray(length, length + most));
      length += written;
      return written;
    },
    length: () => length,
    bytes: () => array.subarray(0, length),
    clear: () => {
      length = 0;
    },
  };
}
