/** The rows that a report reads from an output of a step, each with the cell it came from. */
import type { Columns, Row } from '../../schemas/table-schema.ts';

/** A cell as a report names it: `key` finds its record, `name` is for people (`main.score[condition=control]`). */
export interface CellName {
  readonly key: string;
  readonly name: string;
}

export interface ReportRow {
  readonly values: Row;
  /** Key of the cell whose output holds the row. */
  readonly cell: string;
}

/** A cell whose output was asked for and is not there. */
export interface MissingCell {
  readonly name: string;
  readonly reason: string;
}

export interface ReportRows {
  /** Axes first, as columns of type `category`. */
  readonly columns: Columns;
  readonly rows: readonly ReportRow[];
  /** Every cell that was read, also those whose tables are empty. */
  readonly cells: readonly CellName[];
  readonly missing: readonly MissingCell[];
}

/** The rows behind a reference of the study. */
export type RowsOf = (reference: string) => ReportRows;

/** Names of the cells that some rows came from, each once, in the order of the rows. */
export function cellsBehind(rows: readonly ReportRow[], names: readonly CellName[]): CellName[] {
  const nameOf = new Map(names.map(({ key, name }) => [key, name]));
  return [...new Set(rows.map(row => row.cell))].map(key => ({ key, name: nameOf.get(key) ?? key.slice(0, 12) }));
}
