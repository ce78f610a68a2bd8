/** Rows brought together by the values of some columns. */
import type { CellValue, Row } from '../../schemas/table-schema.ts';
import { groupBy } from '../../stats/grouped-values.ts';
import type { ReportRow } from './report-rows.ts';

export interface RowGroup {
  /** Values of the grouping columns, in their order. */
  readonly values: readonly CellValue[];
  readonly rows: readonly ReportRow[];
}

/** Groups in the order in which they first come. */
export function groupRows(rows: readonly ReportRow[], columns: readonly string[]): RowGroup[] {
  return [...groupBy(rows, row => JSON.stringify(valuesAt(row.values, columns))).values()].map(members => ({
    values: valuesAt(members[0]?.values ?? {}, columns),
    rows: members,
  }));
}

function valuesAt(values: Row, columns: readonly string[]): CellValue[] {
  return columns.map(column => values[column] ?? null);
}
