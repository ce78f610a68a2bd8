/** Arrow IPC, file or stream. */
import { readFile } from 'node:fs/promises';
import { importArrow } from '../../store/arrow/import-arrow.ts';
import { CellFailure } from '../cell-failure.ts';
import type { RawRow, RawRows } from './raw-row.ts';

export function arrowRows(path: string): RawRows {
  return async function* read(): AsyncGenerator<RawRow> {
    let number = 0;
    for (const values of (await imported(path)).rowsOf()) {
      number += 1;
      yield { place: `row ${number}`, values };
    }
  };
}

async function imported(path: string) {
  const bytes = await readFile(path);
  try {
    return importArrow(bytes, 'it');
  } catch (error) {
    throw new CellFailure('user', error instanceof Error ? error.message : String(error), { cause: error });
  }
}
