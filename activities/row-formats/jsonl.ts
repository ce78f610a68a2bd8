/** JSON Lines: one object per line. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { CellFailure } from '../cell-failure.ts';
import type { RawRow, RawRows } from './raw-row.ts';

export function jsonlRows(path: string): RawRows {
  return async function* read(): AsyncGenerator<RawRow> {
    let number = 0;
    for await (const text of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
      number += 1;
      const line = number === 1 ? text.replace(/^\uFEFF/, '') : text;
      if (line.trim() !== '') yield { place: `line ${number}`, values: parseLine(line, number) };
    }
  };
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
