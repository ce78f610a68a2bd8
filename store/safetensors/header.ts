/**
 * The header of a safetensors file (https://github.com/huggingface/safetensors): 8 bytes of length, little-endian, then
 * a JSON object of tensors by name and `__metadata__`. Everything in it is checked before any tensor is read: data that
 * overlap, leave holes or go on after the last tensor are refused, as the reference implementation does.
 */
import { type Dtype, dtypeBytes, isDtype } from './dtype.ts';
import { duplicateKey } from './duplicate-key.ts';
import { SafetensorsError } from './errors.ts';

export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  /** Sizes of its dimensions; none for a single number. */
  readonly shape: readonly number[];
  /** Bytes from the start of the file: first, and the one after the last. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** By name, in order of their data. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes before the header's text. */
export const lengthBytes = 8;

/** The reference implementation's limit. */
export const longestHeader = 100_000_000;

/** The length of the header's text, from the first 8 bytes of a file of `fileBytes`. */
export function headerLength(first: Uint8Array, fileBytes: number): number {
  if (first.length < lengthBytes) throw new SafetensorsError('too-short', `it has ${fileBytes} bytes`);
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  if (length > BigInt(longestHeader)) {
    throw new SafetensorsError('header-length', `a header of ${length} bytes, at most ${longestHeader} are allowed`, {
      offset: 0,
    });
  }
  if (BigInt(lengthBytes) + length > BigInt(fileBytes)) {
    throw new SafetensorsError('header-length', `a header of ${length} bytes in a file of ${fileBytes}`, { offset: 0 });
  }
  return Number(length);
}

/** Checks the header's text against a file of `fileBytes`. */
export function parseHeader(text: Uint8Array, fileBytes: number): SafetensorsHeader {
  const members = parseObject(text);
  const { __metadata__: metadata, ...tensors } = members;
  const dataStart = lengthBytes + text.length;
  const entries = Object.entries(tensors).map(([name, value]) => tensorEntry(name, value, dataStart));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(entries, dataStart, fileBytes);
  return { tensors: new Map(entries.map(entry => [entry.name, entry])), metadata: metadataOf(metadata) };
}

type Members = Record<string, unknown>;

function parseObject(bytes: Uint8Array): Members {
  const offset = lengthBytes;
  if (bytes[0] !== 0x7b) throw new SafetensorsError('header-text', 'its header does not begin with {', { offset });
  let parsed: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    parsed = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SafetensorsError('header-text', `its header is no JSON: ${reason}`, { offset });
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) {
    throw new SafetensorsError('duplicate-key', `its header has the key ${JSON.stringify(twice)} twice`, { offset });
  }
  if (!isMembers(parsed)) throw new SafetensorsError('header-text', 'its header is no JSON object', { offset });
  return parsed;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function metadataOf(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (!isMembers(value)) throw new SafetensorsError('metadata', '__metadata__ is no object', { offset: lengthBytes });
  const entries = Object.entries(value).map(([key, text]): [string, string] => {
    if (typeof text === 'string') return [key, text];
    throw new SafetensorsError('metadata', `__metadata__ has no text at ${JSON.stringify(key)}`, {
      offset: lengthBytes,
    });
  });
  return Object.fromEntries(entries);
}

function tensorEntry(name: string, value: unknown, dataStart: number): TensorEntry {
  const fail = (
    fault: ConstructorParameters<typeof SafetensorsError>[0],
    problem: string,
    offset = lengthBytes,
  ): never => {
    throw new SafetensorsError(fault, problem, { tensor: name, offset });
  };
  if (!isMembers(value)) return fail('header-field', 'is described by no object');
  const { dtype, shape, data_offsets: offsets, ...others } = value;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return fail('header-field', `has an unknown member ${JSON.stringify(unknown)}`);
  if (!isDtype(dtype))
    return fail('unknown-dtype', `dtype ${JSON.stringify(dtype)} is none of ${Object.keys(dtypeBytes).join(', ')}`);
  if (!isSizes(shape)) return fail('shape', `shape ${JSON.stringify(shape)} is no list of whole numbers`);
  if (!isSizes(offsets) || offsets.length !== 2)
    return fail('offsets', `data_offsets ${JSON.stringify(offsets)} are no two whole numbers`);
  const [begin = 0, end = 0] = offsets;
  if (begin > end) return fail('offsets', `its data end at ${end}, before their begin at ${begin}`, dataStart + begin);
  const bytes = shape.reduce((product, size) => product * size, dtypeBytes[dtype]);
  if (!Number.isSafeInteger(bytes))
    return fail('shape', `shape ${JSON.stringify(shape)} has too many numbers to count`);
  if (bytes !== end - begin) {
    return fail(
      'size',
      `${end - begin} bytes for shape ${JSON.stringify(shape)} of ${dtype}, which takes ${bytes}`,
      dataStart + begin,
    );
  }
  return { name, dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(size => Number.isSafeInteger(size) && size >= 0 && !Object.is(size, -0));
}

/** Tensors, in order of their data, must cover the data without gap or overlap. */
function checkCoverage(entries: readonly TensorEntry[], dataStart: number, fileBytes: number): void {
  let expected = dataStart;
  for (const { name: tensor, begin, end } of entries) {
    const place = { tensor, offset: begin };
    if (begin < expected)
      throw new SafetensorsError('overlap', `its data begin before byte ${expected}, where others end`, place);
    if (begin > expected)
      throw new SafetensorsError('hole', `its data begin after byte ${expected}, where others end`, place);
    if (end > fileBytes) throw new SafetensorsError('offsets', `its data end at byte ${end} of ${fileBytes}`, place);
    expected = end;
  }
  if (expected < fileBytes) {
    throw new SafetensorsError('trailing-bytes', `${fileBytes - expected} bytes follow the last tensor`, {
      offset: expected,
    });
  }
}
