/** The value of a row that names something: a unit, a condition, a model. */
import type { Row } from '../../schemas/table-schema.ts';
import { CellFailure } from '../cell-failure.ts';

/** Text, whole numbers and truth values as they print; a `CellFailure` that names row and column where there is none. */
export function nameInRow(row: Row, column: string, place: { readonly port: string; readonly row: number }): string {
  const value = row[column] ?? null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new CellFailure(
    'user',
    `row ${place.row + 1} of the table at the port \`${place.port}\` has no value in \`${column}\`, which names what it belongs to: ` +
      'fill it in, or leave such rows out (`select-rows`)',
  );
}
