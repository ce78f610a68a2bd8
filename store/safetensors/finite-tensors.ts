/** Looks for numbers that are NaN or infinite in a file of tensors, in pieces: weights may be larger than memory. */
import type { BlobReader } from '../store.ts';
import type { TensorEntry } from './header.ts';

/** A multiple of every number's size. */
const pieceBytes = 2 ** 22;

/** The index of the first number of a tensor that is not finite; undefined where all are. */
export async function firstNotFinite(
  reader: BlobReader,
  { dtype, begin, end }: TensorEntry,
): Promise<number | undefined> {
  if (dtype === 'I32' || dtype === 'I64') return undefined;
  const { bytes, exponent } = formats[dtype];
  for (let offset = begin; offset < end; offset += pieceBytes) {
    const piece = await reader.read(offset, Math.min(pieceBytes, end - offset));
    const found = findFull(wordsOf(piece, bytes), exponent);
    if (found !== -1) return (offset - begin) / bytes + found;
  }
  return undefined;
}

/** Bytes of a number, and the bits of its exponent: all set in NaN and infinities (IEEE 754), and in nothing else. */
const formats = {
  F32: { bytes: 4, exponent: 0x7f800000 },
  BF16: { bytes: 2, exponent: 0x7f80 },
  F16: { bytes: 2, exponent: 0x7c00 },
} as const;

function wordsOf(piece: Uint8Array, bytes: 2 | 4): Uint16Array | Uint32Array {
  const { buffer, byteOffset, byteLength } = piece.byteOffset % bytes === 0 ? piece : piece.slice();
  return bytes === 2
    ? new Uint16Array(buffer, byteOffset, byteLength / 2)
    : new Uint32Array(buffer, byteOffset, byteLength / 4);
}

function findFull(words: Uint16Array | Uint32Array, exponent: number): number {
  for (let index = 0; index < words.length; index += 1) if (((words[index] ?? 0) & exponent) === exponent) return index;
  return -1;
}
