/** Tables described, and as text. */
import { expect, test } from 'vitest';
import type { Columns, Row } from '../../../schemas/table-schema.ts';
import { describeTable } from '../../../store/arrow/describe-table.ts';
import { type TextFormat, exportTable } from '../../../store/arrow/export-table.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { createTableWriter } from '../../../store/arrow/table-writer.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { everyColumn, everyRows } from './sample-table.ts';

const store = createMemoryStore();

async function tableOf(columns: Columns, rows: readonly Row[]) {
  const writer = await createTableWriter(store, columns, { batchRows: 2 });
  await writer.append(rows);
  return openTable(store, (await writer.close()).digest);
}

async function textOf(columns: Columns, rows: readonly Row[], format: TextFormat): Promise<string> {
  let text = '';
  for await (const piece of exportTable(await tableOf(columns, rows), format)) text += piece;
  return text;
}

test('a description counts missing values, NaNs and infinities of each column', async () => {
  const columns = { id: 'utf8', g: 'float64', v: 'float32[2]', list: 'float32[]', n: 'int32' } as const;
  const description = await describeTable(
    await tableOf(columns, [
      { id: 'a', g: Number.NaN, v: [1, Number.NaN], list: [Number.NaN, 1, Number.POSITIVE_INFINITY], n: 1 },
      { id: null, g: Number.NEGATIVE_INFINITY, v: null, list: [], n: null },
      { id: null, g: 0, v: [Number.POSITIVE_INFINITY, Number.NaN], list: null, n: 3 },
    ]),
  );
  expect(description).toEqual({
    rows: 3,
    columns: [
      { name: 'id', type: 'utf8', nulls: 2, nans: 0, infinities: 0 },
      { name: 'g', type: 'float64', nulls: 0, nans: 1, infinities: 1 },
      { name: 'v', type: 'float32[2]', nulls: 1, nans: 2, infinities: 1 },
      { name: 'list', type: 'float32[]', nulls: 1, nans: 1, infinities: 1 },
      { name: 'n', type: 'int32', nulls: 1, nans: 0, infinities: 0 },
    ],
  });
});

const odd = { 'a,b': 'utf8', f: 'float32', g: 'float64', v: 'float32[2]', m: 'messages', ok: 'bool' } as const;
const oddRows: Row[] = [
  { 'a,b': 'plain', f: 0.1, g: 0.1, v: [0.1, -0], m: [{ role: 'user', content: 'a "b"\n' }], ok: true },
  { 'a,b': '', f: Number.NaN, g: Number.NEGATIVE_INFINITY, v: [1e30, Number.NaN], m: [], ok: false },
  { 'a,b': null, f: null, g: null, v: null, m: null, ok: null },
  { 'a,b': 'a "quote", a comma\nand a line', f: 16_777_216, g: 1e21, v: [3, 4], m: [], ok: null },
];

test('CSV quotes what needs it, and tells a missing text from an empty one', async () => {
  expect(await textOf(odd, oddRows, 'csv')).toBe(
    [
      '"a,b",f,g,v,m,ok',
      'plain,0.1,0.1,"[0.1,-0]","[{""role"":""user"",""content"":""a \\""b\\""\\n""}]",true',
      '"",NaN,-Infinity,"[1e+30,""NaN""]",[],false',
      ',,,,,',
      '"a ""quote"", a comma\nand a line",16777216,1e+21,"[3,4]",[],',
      '',
    ].join('\n'),
  );
});

test('JSON has an object for each row, and texts for what JSON has no numbers for', async () => {
  const lines = [
    '{"a,b":"plain","f":0.1,"g":0.1,"v":[0.1,-0],"m":[{"role":"user","content":"a \\"b\\"\\n"}],"ok":true}',
    '{"a,b":"","f":"NaN","g":"-Infinity","v":[1e+30,"NaN"],"m":[],"ok":false}',
    '{"a,b":null,"f":null,"g":null,"v":null,"m":null,"ok":null}',
    '{"a,b":"a \\"quote\\", a comma\\nand a line","f":16777216,"g":1e+21,"v":[3,4],"m":[],"ok":null}',
  ];
  expect(await textOf(odd, oddRows, 'jsonl')).toBe(`${lines.join('\n')}\n`);
  expect(await textOf(odd, oddRows, 'json')).toBe(`[\n${lines.join(',\n')}\n]\n`);
});

test('a table without rows is text too', async () => {
  expect(await textOf(odd, [], 'csv')).toBe('"a,b",f,g,v,m,ok\n');
  expect(await textOf(odd, [], 'json')).toBe('[]\n');
  expect(await textOf(odd, [], 'jsonl')).toBe('');
});

test('every type has a text that JSON reads back', async () => {
  const parsed: unknown = JSON.parse(await textOf(everyColumn, everyRows(20), 'json'));
  expect(parsed).toHaveLength(20);
  expect(parsed).toHaveProperty('0', expect.objectContaining({ id: '', n: 2 ** 31 - 1, g: 'NaN', ints: [] }));
});

test('a float32 is written with digits that read back as the same float32', async () => {
  const bits = Int32Array.from({ length: 4000 }, (_, index) => index * 1_073_741 - 2 ** 31);
  const numbers = new Float32Array(bits.buffer).filter(value => !Number.isNaN(value));
  const text = await textOf(
    { f: 'float32' },
    Array.from(numbers, f => ({ f })),
    'csv',
  );
  const read = text.trimEnd().split('\n').slice(1);
  expect(Float32Array.from(read, Number)).toEqual(numbers);
});
