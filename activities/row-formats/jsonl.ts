/** JSON Lines: one object per line. */
import { CellFailure } from '../cell-failure.ts';
import type { RawRow, RawRows } from './raw-row.ts';
import { utf8Text } from './utf8-text.ts';

export function jsonlRows(path: string): RawRows {
  return async function* read(): AsyncGenerator<RawRow> {
    let number = 0;
    for await (const text of linesOf(path)) {
      number += 1;
      const line = number === 1 ? text.replace(/^\uFEFF/, '') : text;
      if (line.trim() !== '') yield { place: `line ${number}`, values: parseLine(line, number) };
    }
  };
}

async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const text of utf8Text(path)) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function parseLine(line: string, number: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) return value;
  } catch (error) {
    throw new CellFailure(
      'user',
      `line ${number} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  throw new CellFailure('user', `line ${number} is no JSON object: write one object per line`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
