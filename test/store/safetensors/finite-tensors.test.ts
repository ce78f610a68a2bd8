/** Numbers that are not finite are found in every format of floating-point numbers, wherever they lie. */
import { expect, test } from 'vitest';
import type { Dtype } from '../../../store/safetensors/dtype.ts';
import { firstNotFinite } from '../../../store/safetensors/finite-tensors.ts';
import type { BlobReader } from '../../../store/store.ts';

const readerOf = (bytes: Uint8Array): BlobReader => ({
  bytes: bytes.length,
  read: async (offset, length) => bytes.slice(offset, offset + length),
  close: async () => undefined,
});

const look = (words: Uint16Array | Uint32Array, dtype: Dtype, before = 0) => {
  const data = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const bytes = new Uint8Array(before + data.length);
  bytes.set(data, before);
  return firstNotFinite(readerOf(bytes), { name: 'w', dtype, shape: [words.length], begin: before, end: bytes.length });
};

test.each([
  ['F32', Uint32Array.of(0x3f800000, 0xff7fffff, 0x7f800000), 2],
  ['F32', Uint32Array.of(0x7fc00000, 0), 0],
  ['F32', Uint32Array.of(0x7f7fffff, 0x80000000, 1), undefined],
  ['BF16', Uint16Array.of(0x3f80, 0xff80), 1],
  ['BF16', Uint16Array.of(0x7f7f, 0x7c00), undefined],
  ['F16', Uint16Array.of(0x3c00, 0x7e00), 1],
  ['F16', Uint16Array.of(0x7bff, 0x8000), undefined],
  ['I32', Uint32Array.of(0x7f800000), undefined],
] as const)('%s %o: %s', async (dtype, words, expected) => {
  expect(await look(words, dtype)).toBe(expected);
});

test('also beyond the first piece that is read, and where the data begin at an odd byte', async () => {
  const words = new Uint32Array(2 ** 21).fill(0x3f800000);
  words[2 ** 21 - 3] = 0x7fc00000;
  expect(await look(words, 'F32', 9)).toBe(2 ** 21 - 3);
});
