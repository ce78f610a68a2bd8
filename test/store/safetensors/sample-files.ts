/** Safetensors files for tests: sound ones, and any others. */
import { type EncodedTensor, encodeSafetensors } from '../../../store/safetensors/encode-safetensors.ts';
import type { BlobReader } from '../../../store/store.ts';

/** The bytes of a file with these tensors. */
export function encode(tensors: readonly EncodedTensor[], metadata: Record<string, string> = {}): Uint8Array {
  return new Uint8Array(Buffer.concat([...encodeSafetensors(tensors, metadata)]));
}

export function readerOf(bytes: Uint8Array): BlobReader {
  return {
    bytes: bytes.length,
    read: async (offset, length) => {
      if (offset < 0 || length < 0 || offset + length > bytes.length) throw new Error('internal: read past the end');
      return bytes.slice(offset, offset + length);
    },
    close: async () => undefined,
  };
}

/** Tensors of every dtype, with an empty one, a single number and a name that JSON must escape. */
export const sample: readonly EncodedTensor[] = [
  { name: 'b', dtype: 'F32', shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) },
  { name: 'c', dtype: 'F16', shape: [2], data: Float32Array.of(1.5, -0.1) },
  { name: 'i', dtype: 'I32', shape: [1], data: Int32Array.of(7) },
  { name: 'e', dtype: 'F32', shape: [0, 4], data: new Float32Array(0) },
  { name: 'é"\n', dtype: 'F32', shape: [1], data: Float32Array.of(1) },
  { name: 'a', dtype: 'I64', shape: [2], data: BigInt64Array.of(1n, -2n) },
  { name: 'aa', dtype: 'F32', shape: [], data: Float32Array.of(3) },
];

/** A file with this text as its header and so many bytes of data. */
export function fileOf(header: string, data: number, length = Buffer.byteLength(header)): Uint8Array {
  const bytes = new Uint8Array(8 + Buffer.byteLength(header) + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(Buffer.from(header), 8);
  return bytes;
}
