/** Tensors as a safetensors file, in pieces: the header, then each tensor's numbers. */
import { dtypeBytes, dtypeOrder } from './dtype.ts';
import { SafetensorsError } from './errors.ts';
import { narrowBF16, narrowF16 } from './half-floats.ts';
import { lengthBytes, longestHeader } from './header.ts';

/** A tensor to write. F16 and BF16 are rounded to nearest, ties to even, from the numbers given. */
export type EncodedTensor = { readonly name: string; readonly shape: readonly number[] } & (
  | { readonly dtype: 'F32' | 'F16' | 'BF16'; readonly data: Float32Array }
  | { readonly dtype: 'I32'; readonly data: Int32Array }
  | { readonly dtype: 'I64'; readonly data: BigInt64Array }
);

/**
 * The pieces of the file. The same tensors and metadata give the same bytes in whatever order they come: tensors are
 * laid out by dtype (I64, F32, I32, BF16, F16), then by name in UTF-8 order, as the reference implementation does;
 * metadata, whose order that one leaves to chance, are sorted by key. The header is padded with spaces to 8 bytes.
 * A `SafetensorsError` for a shape that does not fit the data, or a name that is there twice or reserved.
 */
export function* encodeSafetensors(
  tensors: Iterable<EncodedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Generator<Uint8Array> {
  const sorted = [...tensors].sort(byLayout);
  const names = new Set<string>();
  for (const tensor of sorted) checkTensor(tensor, names);
  yield headerOf(sorted, metadata);
  for (const tensor of sorted) yield* dataOf(tensor);
}

function byLayout(a: EncodedTensor, b: EncodedTensor): number {
  const order = dtypeOrder.indexOf(a.dtype) - dtypeOrder.indexOf(b.dtype);
  return order || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
}

function checkTensor({ name: tensor, shape, data }: EncodedTensor, names: Set<string>): void {
  if (tensor === '__metadata__') throw new SafetensorsError('header-field', 'its name is reserved', { tensor });
  if (names.has(tensor)) throw new SafetensorsError('duplicate-key', 'there are two of that name', { tensor });
  names.add(tensor);
  const numbers = shape.reduce((product, size) => product * size, 1);
  const whole = shape.every(size => Number.isSafeInteger(size) && size >= 0);
  if (!whole || numbers !== data.length) {
    throw new SafetensorsError('shape', `shape ${JSON.stringify(shape)} does not hold ${data.length} numbers`, {
      tensor,
    });
  }
}

function headerOf(tensors: readonly EncodedTensor[], metadata: Readonly<Record<string, string>>): Uint8Array {
  let offset = 0;
  const members = tensors.map(({ name, dtype, shape, data }) => {
    const begin = offset;
    offset += data.length * dtypeBytes[dtype];
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, offset] })}`;
  });
  const sorted = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (sorted.length > 0) {
    const texts = sorted.map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`);
    members.unshift(`"__metadata__":{${texts.join(',')}}`);
  }
  const text = Buffer.from(`{${members.join(',')}}`);
  const length = Math.ceil(text.length / 8) * 8;
  if (length > longestHeader) {
    throw new SafetensorsError('header-length', `a header of ${length} bytes, at most ${longestHeader} are allowed`);
  }
  const header = new Uint8Array(lengthBytes + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, lengthBytes);
  return header;
}

/** Numbers narrowed at once: bounds the memory that takes. */
const narrowedAtOnce = 2 ** 20;

function* dataOf(tensor: EncodedTensor): Generator<Uint8Array> {
  if (tensor.dtype !== 'F16' && tensor.dtype !== 'BF16') {
    yield bytesOf(tensor.data);
    return;
  }
  const narrow = tensor.dtype === 'F16' ? narrowF16 : narrowBF16;
  for (let first = 0; first < tensor.data.length; first += narrowedAtOnce) {
    yield bytesOf(narrow(tensor.data.subarray(first, first + narrowedAtOnce)));
  }
}

function bytesOf(numbers: Float32Array | Int32Array | BigInt64Array | Uint16Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
