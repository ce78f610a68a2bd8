import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { csvRows } from '../../../activities/row-formats/csv.ts';
import { jsonlRows } from '../../../activities/row-formats/jsonl.ts';
import { utf8Text } from '../../../activities/row-formats/utf8-text.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'espalier-utf8-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: string | Uint8Array): string {
  const file = path.join(folder, 'file');
  writeFileSync(file, content);
  return file;
}

async function textOf(content: string | Uint8Array): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of utf8Text(fileOf(content))) pieces.push(piece);
  return pieces.join('');
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');

test('text comes as it is, however long and wherever a piece ends', async () => {
  // Characters of three bytes never end where pieces of 65,536 bytes do.
  const text = `\uFEFFa${'測'.repeat(70_000)}\nb`;
  expect(await textOf(text)).toBe(text);
  expect(await textOf('')).toBe('');
});

test.each([
  ['in the first line', latin1('caf\u00E9\n'), 1],
  ['later', latin1('a\nb\ncaf\u00E9\nd\n'), 3],
  [
    'after many pieces',
    Buffer.concat([Buffer.from('測測測測\n'.repeat(20_000)), latin1('\u00E9\n'), Buffer.from('x\n')]),
    20_001,
  ],
  ['at the end, within a character', Buffer.concat([Buffer.from('a\nb'), Buffer.from('é').subarray(0, 1)]), 2],
])('bytes that are not UTF-8 are told with their line: %s', async (_, content, line) => {
  await expect(textOf(content)).rejects.toThrow(`line ${line} is not UTF-8: save the file as UTF-8, without loss`);
});

test('neither JSON Lines nor CSV lets them pass', async () => {
  const readAll = async (rows: AsyncIterable<unknown>) => {
    for await (const _ of rows) continue;
  };
  const jsonl = fileOf(latin1('{"text": "a"}\n{"text": "caf\u00E9"}\n'));
  await expect(readAll(jsonlRows(jsonl)())).rejects.toThrow('line 2 is not UTF-8');
  const csv = fileOf(latin1('text\ncaf\u00E9\n'));
  await expect(readAll(csvRows(csv)())).rejects.toThrow('line 2 is not UTF-8');
});
