/** Files that are not what the study says, or not what can be read: what is said of each. */
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadRowsBody } from '../../../activities/steps/load-rows.ts';
import { failureOf } from './run-body.ts';
import { type Given, folder, lines, load, loading, problem, turns } from './user-files.ts';

describe('what a file must hold is asserted', () => {
  const content = lines({ text: 'one' }, { text: 'two' });
  const sha256 = createHash('sha256').update(content).digest('hex');

  test('and is as asserted', async () => {
    expect((await load('ok.jsonl', content, { rows: 2, sha256 })).notes['rows']).toBe(2);
  });

  test('by its number of rows', async () => {
    expect(await problem('count.jsonl', content, { rows: 3 })).toBe(
      'it has 2 rows, and the study says 3: take the file the study was written for, or correct `rows`',
    );
  });

  test('by its hash', async () => {
    expect(await problem('hash.jsonl', content, { sha256: 'a'.repeat(64) })).toBe(
      `its SHA-256 is ${sha256}, and the study says ${'a'.repeat(64)}: take the file the study was written for, or correct \`sha256\``,
    );
  });

  test('by the plan: a file that changed since is not loaded', async () => {
    const options = loading('changed.jsonl', content);
    writeFileSync(path.join(folder, 'changed.jsonl'), lines({ text: 'three' }));
    expect(await failureOf(loadRowsBody, options)).toMatch(
      /changed\.jsonl has changed since the plan was made \([0-9a-f]{12} then, [0-9a-f]{12} now\): run the study again/,
    );
  });

  test('by the plan: a file that is gone is told', async () => {
    const options = loading('gone.jsonl', content);
    rmSync(path.join(folder, 'gone.jsonl'));
    expect(await failureOf(loadRowsBody, options)).toMatch(/^cannot read .*gone\.jsonl: ENOENT/);
  });
});

const bad: readonly (readonly [string, string, string, Given, string | RegExp])[] = [
  [
    'a name that says nothing',
    'rows.dat',
    '{}',
    {},
    'its name does not say what it is: give `format` (jsonl, csv, parquet, arrow)',
  ],
  ['no rows', 'empty.jsonl', '\n\n', {}, 'it has no rows'],
  ['a header alone', 'header.csv', 'text\n', {}, 'it has no rows'],
  ['a line that is not JSON', 'a.jsonl', '{"text": "a"}\n{"text": \n', {}, /^line 2 is not JSON: /],
  ['a line that is no object', 'b.jsonl', '["a"]\n', {}, 'line 1 is no JSON object: write one object per line'],
  [
    'unknown columns',
    'c.jsonl',
    '{"question": "a", "answer": "b"}\n',
    {},
    'it has neither `messages`, nor `prompt` and `completion`, nor `chosen` and `rejected`, nor `text`, but question, answer: rename its columns, or say `form: columns` to take it as it is',
  ],
  [
    'messages that are none',
    'd.jsonl',
    '{"messages": [{"role": "user"}]}\n',
    {},
    'line 1: `messages` is no list of { role, content }',
  ],
  [
    'a conversation without turns',
    'e.jsonl',
    '{"messages": []}\n',
    {},
    'line 1: `messages` is no list of { role, content }',
  ],
  [
    'a completion that is missing',
    'f.jsonl',
    '{"prompt": "a", "completion": "b"}\n{"prompt": "c"}\n',
    {},
    'line 2: `completion` is no list of { role, content }',
  ],
  ['a text that is empty', 'g.jsonl', '{"text": "a"}\n{"text": ""}\n', {}, 'line 2: `text` is empty or no text'],
  [
    'a pair without a prompt',
    'h.jsonl',
    '{"chosen": "a", "rejected": "b"}\n',
    {},
    'line 1 has no prompt: give `prompt`, or whole conversations in `chosen` and `rejected`',
  ],
  [
    'a pair of two prompts',
    'i.jsonl',
    lines({ chosen: turns('a', 'b'), rejected: turns('c', 'd') }),
    {},
    'line 1: `chosen` and `rejected` differ before their last turns: a pair is two answers to one prompt',
  ],
  [
    'an id twice',
    'j.jsonl',
    lines({ row_id: 1, text: 'a' }, { row_id: '1', text: 'b' }),
    {},
    'line 2 has the id `1` of line 1: ids must be unique',
  ],
  [
    'an id that is missing',
    'k.jsonl',
    lines({ key: 'a', text: 'a' }, { text: 'b' }),
    { id: 'key' },
    'line 2 has no `key`, which is the row’s id',
  ],
  [
    'a column of two types',
    'l.jsonl',
    lines({ text: 'a', n: 1 }, { text: 'b', n: 'one' }),
    {},
    'column `n` is int32 in line 1 and utf8 in line 2: make it one type',
  ],
  ['a line with a value too many', 'm.csv', 'row_id,text\na,b\nc,d,e\n', {}, /^after row 1: Invalid Record Length/],
  ['a column twice', 'n.csv', 'text,n,n\na,1,2\n', {}, 'its header has the column `n` twice: rename one of them'],
  ['no Parquet', 'o.parquet', 'text', {}, /^cannot be read as Parquet: /],
  ['no Arrow', 'p.arrow', 'this is not Arrow at all', {}, /^it is no table this version can read: /],
];

test.each(bad)('%s is told with its place', async (...[, name, content, given, expected]) => {
  const message = await problem(name, content, given);
  if (typeof expected === 'string') expect(message).toBe(expected);
  else expect(message).toMatch(expected);
});
