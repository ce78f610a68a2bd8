import { expect, test } from 'vitest';
import { plan, problems } from './rig.ts';

const valuesOf = (axis: string, files: Record<string, string | Uint8Array> = {}) =>
  plan(`study: a\nparams: { words: [x, y], n: 3 }\naxes: { a: ${axis} }\nsteps:\n  x: { use: no-op, over: [a] }\n`, {
    files,
  }).axes['a'];

test.each([
  ['a list', '[b, a, 3, true]', ['b', 'a', 3, true]],
  ['a list with expressions', "['${n}', 4]", [3, 4]],
  ['a count', '{ count: 3 }', [0, 1, 2]],
  ['a count by expression', "{ count: '${n + 1}' }", [0, 1, 2, 3]],
  ['a range, both ends in', '{ range: [2, 4] }', [2, 3, 4]],
  ['a range with a step', '{ range: [0, 10], step: 4 }', [0, 4, 8]],
  ['a range that falls', '{ range: [2, 0], step: -1 }', [2, 1, 0]],
  ['a range of fractions without rounding errors', '{ range: [0, 0.3], step: 0.1 }', [0, 0.1, 0.2, 0.3]],
  ['a range of one value', '{ range: [5, 5] }', [5]],
  ['a param', "'${words}'", ['x', 'y']],
])('%s gives values', (_, axis, values) => {
  expect(valuesOf(axis)).toEqual(values);
});

test.each([
  ['JSONL', 'ids.jsonl', '{"id": "a", "n": 1}\n\n{"id": "b", "n": 2}\n', 'id', ['a', 'b']],
  ['JSONL numbers', 'ids.jsonl', '{"n": 1}\r\n{"n": 2.5}', 'n', [1, 2.5]],
  ['CSV', 'ids.csv', 'id,text\n7,"a, b"\n9,"say ""hi""\nthere"\n', 'id', [7, 9]],
  [
    'CSV texts with commas, quotes and line breaks',
    'ids.csv',
    'id,text\r\n7,"a, b"\r\n9,"say ""hi""\nthere"',
    'text',
    ['a, b', 'say "hi"\nthere'],
  ],
  ['CSV numbers that lose digits stay text', 'ids.csv', 'id\n001\n2\n', 'id', ['001', '2']],
  ['CSV of truth values', 'ids.csv', 'id\ntrue\nfalse\n', 'id', [true, false]],
  ['CSV with an empty text and empty lines', 'ids.csv', 'id\n\n""\na\n\n', 'id', ['', 'a']],
  ['CSV with a byte order mark and empty fields', 'ids.csv', '\uFEFFid,x\na,\nb,\n', 'id', ['a', 'b']],
])('%s gives values', (...[, file, content, column, values]) => {
  expect(valuesOf(`{ file: ${file}, column: ${column} }`, { [file]: content })).toEqual(values);
});

test('a file that an axis is read from is among the sources of the plan', () => {
  const study = plan(
    'study: a\naxes: { a: { file: data/ids.csv, column: id } }\nsteps:\n  x: { use: no-op, over: [a] }\n',
    {
      files: { 'data/ids.csv': 'id\na\n' },
    },
  );
  expect(study.sources.map(({ path }) => path)).toEqual(['study.yaml', 'data/ids.csv']);
});

test.each([
  [
    'a row with too few fields',
    'id,x\n"a\nb",1\nb\n',
    'The row on line 4 does not fit: 1 values for the 2 columns of the header.',
  ],
  [
    'a row with too many fields',
    'id,x\na,1,2\n',
    'The row on line 2 does not fit: 3 values for the 2 columns of the header.',
  ],
  ['a quote inside a plain field', 'id,x\na"b,1\n', 'A quote goes wrong on line 2.'],
  ['text after a quoted field', 'id,x\n"a"b,1\n', 'A quote goes wrong on line 2.'],
  ['a quote that is never closed', 'id,x\na,"1\nb,2\n', 'A quote goes wrong on line 2.'],
])('CSV with %s is told with its line', (_, content, expected) => {
  expect(
    problems('study: a\naxes: { a: { file: ids.csv, column: x } }\nsteps:\n  x: { use: no-op, over: [a] }\n', {
      files: { 'ids.csv': content },
    }),
  ).toEqual([`E132 2 \`ids.csv\`: ${expected}`]);
});

test('names that objects inherit are names like any other', () => {
  const text = (name: string) =>
    `study: a\naxes: { ${name}: [1, 2] }\nsteps:\n  ${name}: { use: no-op, over: [${name}] }\n`;
  for (const name of ['constructor', 'toString', 'hasOwnProperty', 'valueOf']) expect(plan(text(name)).cells).toBe(2);
  expect(problems('study: a\nsteps:\n  x: { use: constructor }\n')[0]).toContain('There is no step kind `constructor`');
  expect(problems('study: a\nsteps:\n  x: { use: no-op, in: { toString: x } }\n')[0]).toContain(
    'no input port `toString`',
  );
  expect(
    problems('study: a\nsteps:\n  x: { use: no-op }\n  y: { use: no-op, in: { parts: x.valueOf } }\n')[0],
  ).toContain('no output `valueOf`');
  expect(problems('study: a\nsteps:\n  x: { use: no-op, in: { parts: constructor } }\n')[0]).toContain(
    'no step `constructor`',
  );
  expect(problems('study: a\nsteps:\n  x: { use: no-op, with: { valueOf: 1 } }\n')[0]).toContain(
    'no parameter `valueOf`',
  );
  expect(problems('study: a\nsteps:\n  x: { use: no-op, with: { __proto__: 1 } }\n')[0]).toContain('cannot be a key');
});
