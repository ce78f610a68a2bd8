/** CSV with a header line, RFC 4180. Columns whose values are all numbers as programs print them are numbers. */
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { CellFailure } from '../cell-failure.ts';
import type { RawRow, RawRows } from './raw-row.ts';

export function csvRows(path: string): RawRows {
  return async function* read(): AsyncGenerator<RawRow> {
    const records = createReadStream(path).pipe(parse({ columns: true, bom: true, skip_empty_lines: true }));
    let number = 0;
    try {
      for await (const record of records) {
        number += 1;
        yield { place: `row ${number}`, values: typedRecord(record) };
      }
    } catch (error) {
      throw new CellFailure('user', `after row ${number}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  };
}

function typedRecord(record: unknown): Record<string, unknown> {
  if (typeof record !== 'object' || record === null) return {};
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, typedValue(value)]));
}

/** A CSV has only text. Numbers and truth values are recognised, and nothing else changes: `007` stays text. */
function typedValue(value: unknown): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  if (typeof value !== 'string' || value === '') return value;
  const number = Number(value);
  return Number.isFinite(number) && String(number) === value ? number : value;
}
