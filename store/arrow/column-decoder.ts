/** Arrow buffers as columns: no copies but of texts, and no trust in what the buffers say of each other. */
import type { CellValue, ColumnType, Message } from '../../schemas/table-schema.ts';
import { vectorWidth } from './column-list.ts';
import type { ColumnVector } from './column-vector.ts';

/** What a column of a batch is made of. */
export interface EncodedSource {
  readonly type: ColumnType;
  readonly rows: number;
  /** Lengths and missing values of its Arrow arrays, and their buffers, in Arrow's order. */
  readonly nodes: readonly { readonly length: number; readonly nullCount: number }[];
  readonly buffers: readonly Uint8Array[];
  /** Words of a category. */
  readonly dictionary: readonly string[] | undefined;
}

/** How many Arrow arrays and buffers a column of that type takes in a batch. */
export function arrowShape(type: ColumnType): { readonly nodes: number; readonly buffers: number } {
  switch (type) {
    case 'utf8':
      return { nodes: 1, buffers: 3 };
    case 'bool':
    case 'int32':
    case 'float32':
    case 'float64':
    case 'category':
      return { nodes: 1, buffers: 2 };
    case 'utf8[]':
      return { nodes: 2, buffers: 5 };
    case 'int32[]':
    case 'float32[]':
      return { nodes: 2, buffers: 4 };
    case 'messages':
      return { nodes: 4, buffers: 9 };
    default:
      return { nodes: 2, buffers: 3 };
  }
}

/** Throws an Error that says what does not fit where the buffers contradict each other. */
export function decodeColumn(source: EncodedSource): ColumnVector {
  const { type, rows, nodes } = source;
  if (nodes[0]?.length !== rows) throw new Error(`a column of ${nodes[0]?.length} rows in a batch of ${rows}`);
  const { present, numbers } = decodePresent(source);
  const nulls = nodes[0].nullCount;
  const isNull = nullsOf(source);
  return {
    type,
    rows,
    nulls,
    value: nulls === 0 ? present : row => (isNull(row) ? null : present(row)),
    numbers,
  };
}

function nullsOf({ rows, nodes, buffers }: EncodedSource): (row: number) => boolean {
  if (nodes[0]?.nullCount === 0) return () => false;
  const bits = bytesOf(buffers[0], Math.ceil(rows / 8));
  return row => !isSet(bits, row);
}

interface Decoded {
  /** The value of a row that has one. */
  readonly present: (row: number) => CellValue;
  readonly numbers: ColumnVector['numbers'];
}

function decodePresent(source: EncodedSource): Decoded {
  const { type, rows, buffers, dictionary } = source;
  switch (type) {
    case 'utf8':
      return { present: texts(buffers[1], buffers[2], rows), numbers: undefined };
    case 'bool': {
      const bits = bytesOf(buffers[1], Math.ceil(rows / 8));
      return { present: row => isSet(bits, row), numbers: undefined };
    }
    case 'int32':
      return numbersOf(int32s(buffers[1], rows));
    case 'float32':
      return numbersOf(float32s(buffers[1], rows));
    case 'float64':
      return numbersOf(float64s(buffers[1], rows));
    case 'category':
      return { present: words(source, dictionary ?? []), numbers: undefined };
    case 'utf8[]':
    case 'int32[]':
    case 'float32[]':
    case 'messages':
      return { present: lists(source), numbers: undefined };
    default:
      return vectors(source);
  }
}

function numbersOf(numbers: Int32Array | Float32Array | Float64Array): Decoded {
  return { present: row => numbers[row] ?? 0, numbers };
}

function words(source: EncodedSource, dictionary: readonly string[]): (row: number) => string {
  const indices = int32s(source.buffers[1], source.rows);
  const isNull = nullsOf(source);
  for (const [row, index] of indices.entries()) {
    if (dictionary[index] === undefined && !isNull(row)) throw new Error(`word ${index} of ${dictionary.length}`);
  }
  return row => dictionary[indices[row] ?? 0] ?? '';
}

function vectors({ type, rows, buffers, nodes }: EncodedSource): Decoded {
  const width = vectorWidth(type) ?? 0;
  if (nodes[1]?.length !== rows * width) throw new Error(`${nodes[1]?.length} numbers for ${rows} vectors of ${width}`);
  const numbers = float32s(buffers[2], rows * width);
  return { present: row => numbers.subarray(row * width, (row + 1) * width), numbers };
}

function lists({ type, rows, nodes, buffers }: EncodedSource): (row: number) => CellValue {
  const items = nodes[1]?.length ?? 0;
  const offsets = offsetsOf(buffers[1], rows, items);
  const range = (row: number) => [offsets[row] ?? 0, offsets[row + 1] ?? 0] as const;
  switch (type) {
    case 'int32[]':
    case 'float32[]': {
      const numbers = type === 'int32[]' ? int32s(buffers[3], items) : float32s(buffers[3], items);
      return row => numbers.subarray(...range(row));
    }
    case 'messages': {
      const [role, content] = [texts(buffers[4], buffers[5], items), texts(buffers[7], buffers[8], items)];
      return row => collect(range(row), (item): Message => ({ role: role(item), content: content(item) }));
    }
    default: {
      const text = texts(buffers[3], buffers[4], items);
      return row => collect(range(row), text);
    }
  }
}

function collect<Item>([begin, end]: readonly [number, number], item: (index: number) => Item): readonly Item[] {
  return Array.from({ length: end - begin }, (_, index) => item(begin + index));
}

function texts(offsetBytes: Uint8Array | undefined, textBytes: Uint8Array | undefined, rows: number) {
  const text = textBytes ?? new Uint8Array(0);
  const offsets = offsetsOf(offsetBytes, rows, text.length);
  const buffer = Buffer.from(text.buffer, text.byteOffset, text.length);
  return (row: number) => buffer.toString('utf8', offsets[row], offsets[row + 1]);
}

/** Offsets of `rows` pieces, which never fall and end within `length`. */
function offsetsOf(bytes: Uint8Array | undefined, rows: number, length: number): Int32Array {
  const offsets = int32s(bytes, rows + 1);
  let before = 0;
  for (const offset of offsets) {
    if (offset < before) throw new Error(`an offset of ${offset} after one of ${before}`);
    before = offset;
  }
  if (before > length) throw new Error(`an offset of ${before} into ${length}`);
  return offsets;
}

function isSet(bits: Uint8Array, row: number): boolean {
  return (((bits[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
}

function int32s(bytes: Uint8Array | undefined, length: number): Int32Array {
  const found = bytesOf(bytes, 4 * length);
  return new Int32Array(found.buffer, found.byteOffset, length);
}

function float32s(bytes: Uint8Array | undefined, length: number): Float32Array {
  const found = bytesOf(bytes, 4 * length);
  return new Float32Array(found.buffer, found.byteOffset, length);
}

function float64s(bytes: Uint8Array | undefined, length: number): Float64Array {
  const found = bytesOf(bytes, 8 * length);
  return new Float64Array(found.buffer, found.byteOffset, length);
}

/** At least so many bytes, at an address that numbers may have. */
function bytesOf(bytes: Uint8Array | undefined, length: number): Uint8Array {
  if (bytes === undefined || bytes.length < length) {
    throw new Error(`a buffer of ${bytes?.length ?? 0} bytes where ${length} are needed`);
  }
  return bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
}
