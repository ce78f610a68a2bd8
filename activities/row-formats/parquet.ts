/** Parquet, read in pieces of rows. */
import { setImmediate } from 'node:timers/promises';
import { type AsyncBuffer, asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
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
        const objects = await oncePlanned(file, held =>
          parquetReadObjects({ file: held, metadata, rowStart: start, rowEnd: end }),
        );
        for (const [index, values] of objects.entries())
          yield { place: `row ${start + index + 1}`, values: plainValues(values) };
      }
    } catch (error) {
      throw new CellFailure('user', `cannot be read as Parquet: ${reasonOf(error)}`, { cause: error });
    }
  };
}

/**
 * The library begins to read columns while it still plans the others. Where a later one cannot be planned it forgets
 * those under way, and a second damaged column would end the process. So reading waits until all are planned.
 */
async function oncePlanned<Result>(file: AsyncBuffer, read: (held: AsyncBuffer) => Promise<Result>): Promise<Result> {
  let release = (): void => undefined;
  const planned = new Promise<void>(resolve => (release = resolve));
  const slice: AsyncBuffer['slice'] = async (start, end) => {
    await planned;
    return file.slice(start, end);
  };
  const reading = read({ byteLength: file.byteLength, slice });
  await Promise.race([reading, setImmediate()]);
  release();
  return reading;
}

/** What a decoder trips over in damaged bytes says nothing to the file's owner. */
function reasonOf(error: unknown): string {
  if (error instanceof TypeError) return 'its bytes are damaged, or it is of another format';
  return error instanceof Error ? error.message : String(error);
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
