/** Names that are twice in one object. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { duplicateKey } from '../../../store/safetensors/duplicate-key.ts';

test.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"a":{"b":1,"b":2}}', 'b'],
  ['[{"a":1},{"a":1,"b":[{"c":1,"c":1}]}]', 'c'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['{"":1, "" :2}', ''],
  ['{"a\\"":1,"a\\"":2}', 'a"'],
  ['{"a":"a","b":"a"}', undefined],
  ['{"a":["a","a"],"b":{"a":1}}', undefined],
  ['{"a":"{\\"x\\":1,\\"x\\":2}"}', undefined],
  ['"a"', undefined],
  ['[]', undefined],
])('in %s it is %j', (json, expected) => {
  expect(duplicateKey(json)).toBe(expected);
});

test('no text that was made from a value has a name twice', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.nat({ max: 3 }), (value, indent) => {
      expect(duplicateKey(JSON.stringify(value, undefined, indent))).toBeUndefined();
    }),
  );
});

test('a member that is added again is found, wherever it is', () => {
  const objects = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue(), { minKeys: 1, noNullPrototype: true });
  fc.assert(
    fc.property(objects, fc.nat(), (object, index) => {
      const names = Object.keys(object);
      const name = names[index % names.length]!;
      const json = `[0,${JSON.stringify(object).slice(0, -1)},${JSON.stringify(name)}:null}]`;
      expect(duplicateKey(json)).toBe(name);
    }),
  );
});
