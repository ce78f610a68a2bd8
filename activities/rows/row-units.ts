/** Rows by unit: what subsets are drawn from and removals take away. A unit is a row, or all rows of one value. */
import type { CellValue, Columns, Row } from '../../schemas/table-schema.ts';
import { CellFailure } from '../cell-failure.ts';
import type { InputTable } from '../step-body.ts';
import { cellText } from './cell-text.ts';

export interface RowUnits {
  /** Unit ids, in order of first occurrence. */
  readonly ids: readonly string[];
  /** Rows of each unit, by their number in the table. */
  readonly rowsOf: ReadonlyMap<string, readonly number[]>;
  /** Unit of each row. */
  readonly unitOf: readonly string[];
  readonly rowIds: readonly string[];
}

/** Units by the column `by`, or by `row_id` without it. */
export async function readUnits(table: InputTable, by: string | undefined): Promise<RowUnits> {
  const column = by ?? 'row_id';
  requireColumn(table.columns, column);
  const rowsOf = new Map<string, number[]>();
  const unitOf: string[] = [];
  const rowIds: string[] = [];
  for await (const row of table.rowsOf({ columns: [...new Set(['row_id', column])] })) {
    const unit = unitId(row[column] ?? null, column, unitOf.length);
    const rows = rowsOf.get(unit);
    if (rows === undefined) rowsOf.set(unit, [unitOf.length]);
    else if (by === undefined)
      throw new CellFailure(
        'user',
        `the row id \`${unit}\` stands in rows ${(rows[0] ?? 0) + 1} and ${unitOf.length + 1}: ids must be unique, so that units can be told apart`,
      );
    else rows.push(unitOf.length);
    unitOf.push(unit);
    rowIds.push(cellText(row['row_id']));
  }
  return { ids: [...rowsOf.keys()], rowsOf, unitOf, rowIds };
}

/** The rows of a table whose numbers are in the set, in order. */
export async function* rowsIn(table: InputTable, numbers: ReadonlySet<number>): AsyncGenerator<Row> {
  let number = 0;
  for await (const row of table.rowsOf()) {
    if (numbers.has(number)) yield row;
    number += 1;
  }
}

export function requireColumn(columns: Columns, column: string): void {
  if (columns[column] !== undefined) return;
  throw new CellFailure('user', `the rows have no column \`${column}\`; they have ${Object.keys(columns).join(', ')}`);
}

function unitId(value: CellValue, column: string, row: number): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new CellFailure('user', `row ${row + 1} has no plain value in \`${column}\`, which names its unit`);
}
