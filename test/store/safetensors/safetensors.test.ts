/** Safetensors files: written as the reference implementation writes them, and read. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../../store/memory-store.ts';
import type { EncodedTensor } from '../../../store/safetensors/encode-safetensors.ts';
import type { SafetensorsFault } from '../../../store/safetensors/errors.ts';
import { decodeSafetensors, readSafetensors } from '../../../store/safetensors/read-safetensors.ts';
import { decodeWeights, encodeWeights, getWeights, putWeights } from '../../../store/safetensors/weights.ts';
import { encode, fileOf, readerOf, sample } from './sample-files.ts';

describe('writing', () => {
  test('the bytes are those of the reference implementation (safetensors 0.8, NumPy)', () => {
    const bytes = encode(sample, { k: 'ü"' });
    expect(bytes).toHaveLength(488);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      '4cf6e69f12039c24bae1181e46860ee958182972aef1fead2d4a5334b56c2acf',
    );
  });

  test('tensors and metadata may come in any order', () => {
    const metadata = { b: '2', a: '1' };
    fc.assert(
      fc.property(fc.shuffledSubarray([...sample], { minLength: sample.length }), shuffled => {
        expect(encode(shuffled, { a: '1', b: '2' })).toEqual(encode(sample, metadata));
      }),
    );
  });

  test('names are ordered by their UTF-8 bytes, where that differs from the order of UTF-16', () => {
    const data = new Float32Array(0);
    const shape = [0];
    const names = ['\u{1F600}', '\uFB01'];
    const bytes = encode(names.map(name => ({ name, dtype: 'F32', shape, data })));
    expect([...decodeSafetensors(bytes).tensors.keys()].sort()).toEqual([...names].sort());
    const text = Buffer.from(bytes).toString();
    expect(text.indexOf('\uFB01')).toBeLessThan(text.indexOf('\u{1F600}'));
  });

  test.each<[string, EncodedTensor[], SafetensorsFault]>([
    ['a shape that holds other numbers', [{ name: 'a', dtype: 'F32', shape: [3], data: new Float32Array(2) }], 'shape'],
    ['a negative size', [{ name: 'a', dtype: 'F32', shape: [-1, -2], data: new Float32Array(2) }], 'shape'],
    [
      'a size that is no whole number',
      [{ name: 'a', dtype: 'F32', shape: [0.5, 4], data: new Float32Array(2) }],
      'shape',
    ],
    [
      'a reserved name',
      [{ name: '__metadata__', dtype: 'F32', shape: [0], data: new Float32Array(0) }],
      'header-field',
    ],
    ['a name that is there twice', [sample[0]!, { ...sample[2]!, name: 'b' }], 'duplicate-key'],
  ])('%s is refused', (_, tensors, fault) => {
    expect(() => encode(tensors)).toThrow(expect.objectContaining({ fault }));
  });
});

const names = fc.string({ unit: 'grapheme', maxLength: 12 }).filter(name => name !== '__metadata__');
const shapes = fc.array(fc.nat({ max: 4 }), { maxLength: 4 });
const tensors: fc.Arbitrary<EncodedTensor[]> = fc
  .uniqueArray(fc.record({ name: names, shape: shapes, dtype: fc.constantFrom('F32', 'I32', 'I64', 'F16', 'BF16') }), {
    selector: ({ name }) => name,
    maxLength: 8,
  })
  .map(all =>
    all.map(({ name, shape, dtype }): EncodedTensor => {
      const length = shape.reduce((product, size) => product * size, 1);
      switch (dtype) {
        case 'I32':
          return { name, shape, dtype, data: Int32Array.from({ length }, (__, index) => index - 3) };
        case 'I64':
          return { name, shape, dtype, data: BigInt64Array.from({ length }, (__, index) => BigInt(index) << 40n) };
        default:
          // Halves and small numbers are exact in every format.
          return { name, shape, dtype, data: Float32Array.from({ length }, (__, index) => (index % 100) / 2) };
      }
    }),
  );
const metadata = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), {
  noNullPrototype: true,
});

describe('reading', () => {
  test('what was written comes back, from memory and through a reader', async () => {
    await fc.assert(
      fc.asyncProperty(tensors, metadata, async (written, texts) => {
        const bytes = encode(written, texts);
        const decoded = decodeSafetensors(bytes);
        const file = await readSafetensors(readerOf(bytes));
        expect(decoded.metadata).toEqual(texts);
        expect(file.metadata).toEqual(texts);
        expect([...decoded.tensors.keys()].sort()).toEqual(written.map(({ name }) => name).sort());
        for (const { name, ...tensor } of written) {
          expect(decoded.tensors.get(name)).toEqual(tensor);
          expect(await file.read(name)).toEqual(tensor);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('metadata may hold long texts full of quotes', () => {
    const text = JSON.stringify(Array.from({ length: 200_000 }, (_, index) => `token "${index}"`));
    expect(decodeSafetensors(encode([], { tokenizer: text })).metadata).toEqual({ tokenizer: text });
  });

  test('a tensor that does not lie evenly is read all the same', () => {
    const bytes = fileOf(
      '{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}} ',
      6,
    );
    new DataView(bytes.buffer).setFloat32(bytes.length - 4, 2.5, true);
    expect(decodeSafetensors(bytes).tensors.get('b')?.data).toEqual(Float32Array.of(2.5));
  });

  test('a tensor that is not there is named, with those that are', async () => {
    const file = await readSafetensors(readerOf(encode(sample)));
    await expect(file.read('z')).rejects.toThrow('tensor "z": is not in the file, which has a, aa, b');
  });
});

describe('weights', () => {
  const weights = new Map([
    ['embed', { shape: [2, 2], data: Float32Array.of(1, -2, Number.NaN, 0.1) }],
    ['bias', { shape: [3], data: Float32Array.of(0, -0, Number.NEGATIVE_INFINITY) }],
  ]);

  test('weights go into a store and come back bit for bit, whatever order they were in', async () => {
    const store = createMemoryStore();
    const artifact = await putWeights(store, weights, { config: '{}' });
    expect(artifact).toEqual({ kind: 'weights', digest: artifact.digest, bytes: artifact.bytes });
    const read = await getWeights(store, artifact.digest);
    expect(read.metadata).toEqual({ config: '{}' });
    expect([...read.tensors.keys()]).toEqual(['bias', 'embed']);
    for (const [name, { shape, data }] of weights) {
      expect(read.tensors.get(name)?.shape).toEqual(shape);
      expect(read.tensors.get(name)?.data).toEqual(data);
    }
    expect(await putWeights(store, new Map([...weights].reverse()), { config: '{}' })).toEqual(artifact);
    expect((await putWeights(store, weights, { config: '{"a":1}' })).digest).not.toBe(artifact.digest);
  });

  test('the bytes of a checkpoint are those of the artifact', async () => {
    const store = createMemoryStore();
    const bytes = encodeWeights({ tensors: weights, metadata: {} });
    expect(await store.get((await putWeights(store, weights)).digest)).toEqual(bytes);
    expect(decodeWeights(bytes).tensors.get('bias')?.data).toEqual(weights.get('bias')?.data);
  });

  test('narrow weights are widened, and whole numbers are refused by name', async () => {
    const half: EncodedTensor = { name: 'h', dtype: 'BF16', shape: [1], data: Float32Array.of(1.5) };
    expect(decodeWeights(encode([half])).tensors.get('h')).toEqual({ shape: [1], data: Float32Array.of(1.5) });
    const ids: EncodedTensor = { name: 'ids', dtype: 'I64', shape: [1], data: BigInt64Array.of(1n) };
    expect(() => decodeWeights(encode([half, ids]))).toThrow('tensor "ids": is I64');
  });

  test('a tensor that is refused leaves nothing in the store', async () => {
    const store = createMemoryStore();
    const wrong = new Map([['a', { shape: [9], data: new Float32Array(1) }]]);
    await expect(putWeights(store, wrong)).rejects.toThrow('shape [9] does not hold 1 numbers');
  });
});
