/** Parquet, read in pieces of rows. */
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { CellFailure } from '../cell-failure.ts';
import type { RawRow, RawRows } from './raw-row.ts';

/** Rows decoded at once: bounds the memory that a large file takes. */
const pieceRows = 4096;

export function parquetRows(path: string): RawRows {
  return async function* read(): AsyncGenerator<RawRow> {
    try {
      const file = await asyncBufferFromFile(path);
      const metadata = await parquetMetadataAsync(file);
      const rows = Number(metadata.num_rows);
      for (let start = 0; start < rows; start += pieceRows) {
        const end = Math.min(rows, start + pieceRows);
        const objects = await parquetReadObjects({ file, metadata, rowStart: start, rowEnd: end });
        for (const [index, values] of objects.entries())
          yield { place: `row ${start + index + 1}`, values: plainValues(values) };
      }
    } catch (error) {
      throw new CellFailure(
        'user',
        `cannot be read as Parquet: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
    }
  };
}

/** 64-bit whole numbers come as BigInt; those that a number holds exactly become numbers. */
function plainValues(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint')
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plainValue);
  if (isPlainObject(value)) return plainValues(value);
  return value;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
