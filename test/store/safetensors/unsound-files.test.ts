/** Safetensors files that are not sound are refused, by name of what is wrong, and none does harm. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SafetensorsError, type SafetensorsFault } from '../../../store/safetensors/errors.ts';
import { decodeSafetensors, readSafetensors } from '../../../store/safetensors/read-safetensors.ts';
import { encode, fileOf, readerOf, sample } from './sample-files.ts';

const one = (member: string) => `{"a":${member}}`;
const entry = (begin: number | string, end: number | string, shape = '[1]', dtype = '"F32"') =>
  `{"dtype":${dtype},"shape":${shape},"data_offsets":[${begin},${end}]}`;

const unsound: readonly (readonly [string, Uint8Array, SafetensorsFault])[] = [
  ['no bytes', new Uint8Array(0), 'too-short'],
  ['seven bytes', new Uint8Array(7), 'too-short'],
  ['a header longer than 100 MB', fileOf('{}', 0, 100_000_001), 'header-length'],
  ['a header of 2⁶⁴−1 bytes', new Uint8Array(16).fill(255), 'header-length'],
  ['a header longer than the file', fileOf('{}', 0, 3), 'header-length'],
  ['an empty header', fileOf('', 0), 'header-text'],
  ['a header that begins with a space', fileOf(' {}', 0), 'header-text'],
  ['a header cut short', fileOf('{"a":', 0), 'header-text'],
  ['a header with something after it', fileOf('{}x', 0), 'header-text'],
  ['a header that is no UTF-8', fileOf('{"a":1}', 0).with(9, 0xff), 'header-text'],
  ['a header of brackets', fileOf(`{"a":${'['.repeat(10_000)}`, 0), 'header-text'],
  ['a list', fileOf('[]', 0), 'header-text'],
  ['a tensor that is there twice', fileOf(`{"a":${entry(0, 4)},"a":${entry(0, 4)}}`, 4), 'duplicate-key'],
  ['a tensor twice, once escaped', fileOf(`{"a":${entry(0, 4)},"\\u0061":${entry(0, 4)}}`, 4), 'duplicate-key'],
  ['metadata that are there twice', fileOf('{"__metadata__":{"k":"1","k":"2"}}', 0), 'duplicate-key'],
  [
    'a dtype that is there twice',
    fileOf('{"a":{"dtype":"F16","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
    'duplicate-key',
  ],
  ['metadata that are no object', fileOf('{"__metadata__":[]}', 0), 'metadata'],
  ['metadata that are no text', fileOf('{"__metadata__":{"k":1}}', 0), 'metadata'],
  ['a tensor that is no object', fileOf(one('1'), 0), 'header-field'],
  ['a tensor that is null', fileOf(one('null'), 0), 'header-field'],
  ['an unknown member', fileOf(one('{"dtype":"F32","shape":[1],"data_offsets":[0,4],"scale":2}'), 4), 'header-field'],
  ['an unknown dtype', fileOf(one(entry(0, 4, '[1]', '"F33"')), 4), 'unknown-dtype'],
  ['a dtype of every object', fileOf(one(entry(0, 4, '[1]', '"toString"')), 4), 'unknown-dtype'],
  ['no dtype', fileOf(one('{"shape":[1],"data_offsets":[0,4]}'), 4), 'unknown-dtype'],
  ['no shape', fileOf(one('{"dtype":"F32","data_offsets":[0,4]}'), 4), 'shape'],
  ['a shape that is a text', fileOf(one(entry(0, 4, '"1"')), 4), 'shape'],
  ['a negative size', fileOf(one(entry(0, 4, '[-1]')), 4), 'shape'],
  ['a size that is no whole number', fileOf(one(entry(0, 4, '[0.5,2]')), 4), 'shape'],
  ['a size beyond 2⁵³', fileOf(one(entry(0, 4, '[9007199254740993]')), 4), 'shape'],
  ['a product beyond 2⁵³', fileOf(one(entry(0, 4, '[4294967296,4294967296]')), 4), 'shape'],
  ['no offsets', fileOf(one('{"dtype":"F32","shape":[1]}'), 4), 'offsets'],
  ['one offset', fileOf(one('{"dtype":"F32","shape":[1],"data_offsets":[0]}'), 4), 'offsets'],
  ['offsets that are texts', fileOf(one(entry('"0"', '"4"')), 4), 'offsets'],
  ['a negative offset', fileOf(one(entry(-4, 0)), 4), 'offsets'],
  ['offsets the wrong way round', fileOf(one(entry(4, 0)), 4), 'offsets'],
  ['an offset beyond 2⁵³', fileOf(one(entry(0, '1e300')), 4), 'offsets'],
  ['offsets beyond the file', fileOf(one(entry(0, 8, '[2]')), 4), 'offsets'],
  ['fewer bytes than the shape takes', fileOf(one(entry(0, 4, '[2]')), 4), 'size'],
  ['more bytes than the shape takes', fileOf(one(entry(0, 8)), 8), 'size'],
  ['tensors that overlap', fileOf(`{"a":${entry(0, 4)},"b":${entry(2, 6)}}`, 6), 'overlap'],
  ['two tensors at one place', fileOf(`{"a":${entry(0, 4)},"b":${entry(0, 4)}}`, 4), 'overlap'],
  ['a hole before the first tensor', fileOf(one(entry(4, 8)), 8), 'hole'],
  ['a hole between tensors', fileOf(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12), 'hole'],
  ['bytes after the last tensor', fileOf(one(entry(0, 4)), 5), 'trailing-bytes'],
  ['bytes without tensors', fileOf('{}', 1), 'trailing-bytes'],
];

test.each(unsound)('%s is refused', async (_, bytes, fault) => {
  const expected = expect.objectContaining({ name: 'SafetensorsError', fault });
  expect(() => decodeSafetensors(bytes)).toThrow(expected);
  await expect(readSafetensors(readerOf(bytes))).rejects.toThrow(expected);
});

test('the error names the tensor and the byte', () => {
  const bytes = fileOf(`{"a":${entry(0, 4)},"layers.1":${entry(8, 12)}}`, 12);
  expect(() => decodeSafetensors(bytes)).toThrow(
    new SafetensorsError('hole', `its data begin after byte ${bytes.length - 8}, where others end`, {
      tensor: 'layers.1',
      offset: bytes.length - 4,
    }),
  );
});

test('any bytes, and any change of a sound file, are read or refused, never worse', () => {
  const sound = encode(sample, { k: 'v' });
  const mutated = fc
    .array(fc.tuple(fc.nat({ max: sound.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 })
    .map(changes => {
      const bytes = sound.slice();
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
  const cut = fc.nat({ max: sound.length + 20 }).map(length => {
    const bytes = new Uint8Array(length);
    bytes.set(sound.subarray(0, length));
    return bytes;
  });
  const spliced = fc
    .tuple(fc.nat({ max: sound.length }), fc.nat({ max: 40 }), fc.string({ maxLength: 10 }))
    .map(([at, skipped, text]) =>
      Buffer.concat([sound.subarray(0, at), Buffer.from(text), sound.subarray(at + skipped)]),
    );
  const header = fc.json({ maxDepth: 4 }).map(json => fileOf(json, 12));
  fc.assert(
    fc.property(fc.oneof(mutated, cut, spliced, header, fc.uint8Array({ maxLength: 200 })), bytes => {
      try {
        const { tensors: read } = decodeSafetensors(bytes);
        let total = 0;
        for (const { data } of read.values()) total += data.byteLength;
        // Widened halves take twice their bytes.
        expect(total).toBeLessThanOrEqual(2 * bytes.length);
      } catch (error) {
        if (!(error instanceof SafetensorsError)) throw error;
      }
    }),
    { numRuns: 3000 },
  );
});
