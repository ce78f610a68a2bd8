/** Reads safetensors files: the header at once, tensors when they are asked for. */
import type { BlobReader } from '../store.ts';
import { dtypeBytes } from './dtype.ts';
import { SafetensorsError } from './errors.ts';
import { widenBF16, widenF16 } from './half-floats.ts';
import { type TensorEntry, headerLength, lengthBytes, parseHeader } from './header.ts';

/** A tensor read: F16 and BF16 are widened to float32, exactly. */
export type StoredTensor = { readonly shape: readonly number[] } & (
  | { readonly dtype: 'F32' | 'F16' | 'BF16'; readonly data: Float32Array }
  | { readonly dtype: 'I32'; readonly data: Int32Array }
  | { readonly dtype: 'I64'; readonly data: BigInt64Array }
);

export interface SafetensorsFile {
  /** By name, in order of their data. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** A tensor by name, read now. */
  readonly read: (name: string) => Promise<StoredTensor>;
}

/** Reads and checks the header; a `SafetensorsError` says what is wrong with it. The reader stays the caller's. */
export async function readSafetensors(reader: BlobReader): Promise<SafetensorsFile> {
  const first = await reader.read(0, Math.min(lengthBytes, reader.bytes));
  const length = headerLength(first, reader.bytes);
  const { tensors, metadata } = parseHeader(await reader.read(lengthBytes, length), reader.bytes);
  return {
    tensors,
    metadata,
    read: async name => {
      const entry = findTensor(tensors, name);
      return tensorOf(entry, await reader.read(entry.begin, entry.end - entry.begin));
    },
  };
}

/** The same of a file in memory. Tensors of F32, I32 and I64 are views of its bytes where those lie evenly. */
export function decodeSafetensors(bytes: Uint8Array): {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const length = headerLength(bytes.subarray(0, lengthBytes), bytes.length);
  const { tensors, metadata } = parseHeader(bytes.subarray(lengthBytes, lengthBytes + length), bytes.length);
  const read = [...tensors.values()].map((entry): [string, StoredTensor] => [
    entry.name,
    tensorOf(entry, bytes.subarray(entry.begin, entry.end)),
  ]);
  return { tensors: new Map(read), metadata };
}

function findTensor(tensors: ReadonlyMap<string, TensorEntry>, name: string): TensorEntry {
  const entry = tensors.get(name);
  if (entry !== undefined) return entry;
  const names = [...tensors.keys()];
  const some = names.length > 10 ? `${names.slice(0, 10).join(', ')} and ${names.length - 10} more` : names.join(', ');
  throw new SafetensorsError('no-such-tensor', `is not in the file, which has ${some || 'none'}`, { tensor: name });
}

function tensorOf({ dtype, shape }: Pick<TensorEntry, 'dtype' | 'shape'>, bytes: Uint8Array): StoredTensor {
  const aligned = bytes.byteOffset % dtypeBytes[dtype] === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset, byteLength } = aligned;
  switch (dtype) {
    case 'F32':
      return { dtype, shape, data: new Float32Array(buffer, byteOffset, byteLength / 4) };
    case 'I32':
      return { dtype, shape, data: new Int32Array(buffer, byteOffset, byteLength / 4) };
    case 'I64':
      return { dtype, shape, data: new BigInt64Array(buffer, byteOffset, byteLength / 8) };
    case 'F16':
      return { dtype, shape, data: widenF16(new Uint16Array(buffer, byteOffset, byteLength / 2)) };
    case 'BF16':
      return { dtype, shape, data: widenBF16(new Uint16Array(buffer, byteOffset, byteLength / 2)) };
    default:
      return dtype satisfies never;
  }
}
