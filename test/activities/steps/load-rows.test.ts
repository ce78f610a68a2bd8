/** Rows out of users' own files: what each format and form gives. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lines, load, turns } from './user-files.ts';

describe('JSONL', () => {
  test('with messages becomes conversations, numbered, with their other columns', async () => {
    const result = await load(
      'rows.jsonl',
      `\uFEFF${lines({ messages: turns('a ?', 'b'), score: 1, tags: [] })}\n\r\n${lines({ messages: turns('ü ?', '日本'), score: 0.5, tags: ['x'], extra: { a: [1] } })}`,
    );
    expect(await result.columns('rows')).toEqual({
      row_id: 'utf8',
      messages: 'messages',
      score: 'float64',
      tags: 'utf8[]',
      extra: 'utf8',
    });
    expect(await result.rows('rows')).toEqual([
      { row_id: '0', messages: turns('a ?', 'b'), score: 1, tags: [], extra: null },
      { row_id: '1', messages: turns('ü ?', '日本'), score: 0.5, tags: ['x'], extra: '{"a":[1]}' },
    ]);
    expect(result.notes).toEqual({ form: 'messages', rows: 2 });
  });

  test('with prompt and completion becomes conversations; a prompt may be turns', async () => {
    const prompt = [
      { role: 'system', content: 'be kind' },
      { role: 'user', content: 'c ?' },
    ];
    const result = await load(
      'pairs.ndjson',
      lines({ id: 'x', prompt: 'a ?', completion: 'b' }, { id: 'y', prompt, completion: 'd' }),
      { id: 'id' },
    );
    expect(await result.rows('rows')).toEqual([
      { row_id: 'x', id: 'x', messages: turns('a ?', 'b') },
      { row_id: 'y', id: 'y', messages: [...prompt, { role: 'assistant', content: 'd' }] },
    ]);
  });

  test('with text stays text; its own row ids are kept, numbers among them as text', async () => {
    const result = await load('text.jsonl', lines({ row_id: 7, text: 'one' }, { row_id: 'b', text: 'two' }));
    expect(await result.rows('rows')).toEqual([
      { row_id: '7', text: 'one' },
      { row_id: 'b', text: 'two' },
    ]);
    expect(result.notes['form']).toBe('text');
  });

  test('with chosen and rejected becomes preference pairs, their prompt given or shared', async () => {
    const result = await load(
      'preferences.jsonl',
      lines(
        { prompt: 'a ?', chosen: 'good', rejected: 'bad' },
        { chosen: turns('b ?', 'yes'), rejected: turns('b ?', 'no') },
      ),
    );
    expect(await result.rows('rows')).toEqual([
      { row_id: '0', prompt: [{ role: 'user', content: 'a ?' }], chosen: 'good', rejected: 'bad' },
      { row_id: '1', prompt: [{ role: 'user', content: 'b ?' }], chosen: 'yes', rejected: 'no' },
    ]);
  });

  test('with other columns is taken as it is where the study says so', async () => {
    const rows = [
      { name: 'a', layers: [], flag: true, note: null },
      { name: 'b', layers: [1, 2], flag: false, vector: [0.5, 1] },
    ];
    const result = await load('any.jsonl', lines(...rows), { form: 'columns' });
    expect(await result.columns('rows')).toEqual({
      row_id: 'utf8',
      name: 'utf8',
      layers: 'int32[]',
      flag: 'bool',
      vector: 'float32[]',
    });
    const [first, second] = await result.rows('rows');
    expect(first).toMatchObject({ row_id: '0', name: 'a', flag: true, vector: null });
    expect([...(first!['layers'] as Int32Array)]).toEqual([]);
    expect([...(second!['layers'] as Int32Array)]).toEqual([1, 2]);
    expect([...(second!['vector'] as Float32Array)]).toEqual([0.5, 1]);
  });
});

describe('CSV', () => {
  test('takes a column as numbers or truth values only where all of it is, and loses no digit', async () => {
    const result = await load(
      'rows.csv',
      'text,number,decimal,code,version,mixed,flag,empty\r\n' +
        '12,3,1.0,007,1.10,1,true,\r\n' +
        '"two, ""2""",,1e-05,8,1.9,a,false,\r\n',
    );
    expect(await result.columns('rows')).toEqual({
      row_id: 'utf8',
      text: 'utf8',
      number: 'int32',
      decimal: 'float64',
      code: 'utf8',
      version: 'utf8',
      mixed: 'utf8',
      flag: 'bool',
      empty: 'utf8',
    });
    expect(await result.rows('rows')).toEqual([
      {
        row_id: '0',
        text: '12',
        number: 3,
        decimal: 1,
        code: '007',
        version: '1.10',
        mixed: '1',
        flag: true,
        empty: '',
      },
      {
        row_id: '1',
        text: 'two, "2"',
        number: null,
        decimal: 1e-5,
        code: '8',
        version: '1.9',
        mixed: 'a',
        flag: false,
        empty: '',
      },
    ]);
  });

  test('with answers that are all numbers gives conversations', async () => {
    const result = await load('sums.csv', 'prompt,completion\n1 + 1 ?,2\n1 + 2 ?,3\n');
    expect((await result.rows('rows')).map(row => row['messages'])).toEqual([
      turns('1 + 1 ?', '2'),
      turns('1 + 2 ?', '3'),
    ]);
  });

  test('holds conversations as JSON text', async () => {
    const cell = JSON.stringify(turns('a ?', 'b')).replaceAll('"', '""');
    const result = await load('conversations.csv', `row_id,messages\nx,"${cell}"\n`);
    expect(await result.rows('rows')).toEqual([{ row_id: 'x', messages: turns('a ?', 'b') }]);
  });
});

/** Written by pyarrow 26: three rows with every kind of column, the Parquet file in two row groups; five thousand rows. */
const sample = (name: string) => readFileSync(new URL(`../row-formats/${name}`, import.meta.url));

describe.each(['parquet', 'arrow'])('%s', format => {
  test('of another program keeps conversations, numbers, truth values and gaps', async () => {
    const result = await load(`rows.${format}`, sample(`conversations.${format}`), { id: 'id' });
    expect(await result.columns('rows')).toMatchObject({
      row_id: 'utf8',
      messages: 'messages',
      score: 'int32',
      large: 'float64',
      weight: 'float64',
      kind: 'utf8',
      correct: 'bool',
    });
    const system = { role: 'system', content: 'be kind' };
    expect(await result.rows('rows')).toEqual([
      {
        row_id: 'a',
        id: 'a',
        messages: turns('capital of france ?', 'paris'),
        score: 3,
        large: 2 ** 40,
        weight: 0.5,
        kind: 'geo',
        correct: true,
      },
      {
        row_id: 'b',
        id: 'b',
        messages: [system, ...turns('grüß dich !', '日本 🗼')],
        score: null,
        large: 1,
        weight: 1.25,
        kind: null,
        correct: false,
      },
      {
        row_id: 'c',
        id: 'c',
        messages: turns('2 + 2 ?', '4'),
        score: -4,
        large: 2 ** 53 - 1,
        weight: null,
        kind: 'math',
        correct: null,
      },
    ]);
  });
});

test('a Parquet file of more rows than are decoded at once comes whole and in order', async () => {
  const rows = await (await load('many.parquet', sample('five-thousand.parquet'))).rows('rows');
  expect(rows).toHaveLength(5000);
  expect(rows.findIndex((row, index) => row['number'] !== index || row['text'] !== `row ${index}`)).toBe(-1);
});

test('the same rows are the same bytes, whatever file they came in', async () => {
  const rows = [
    { row_id: 'a', text: 'one', n: 1 },
    { row_id: 'b', text: 'two', n: 2 },
  ];
  const [jsonl, csv] = await Promise.all([
    load('same.jsonl', lines(...rows)),
    load('same.csv', 'row_id,text,n\na,one,1\nb,two,2\n'),
  ]);
  expect(csv.outputs['rows']).toEqual(jsonl.outputs['rows']);
});
