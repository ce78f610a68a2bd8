/** The rows of a table or figure: several references stacked, those that `where:` refuses left out. */
import type { ReportTable } from '../../schemas/report.ts';
import type { Columns, ColumnType } from '../../schemas/table-schema.ts';
import { CellFailure } from '../cell-failure.ts';
import { rowPredicate } from '../row-expression.ts';
import { ReportProblem } from './report-problem.ts';
import type { ReportRows, RowsOf } from './report-rows.ts';

/** Column that tells stacked tables apart. */
const sourceColumn = 'source';

/** Several references by label are stacked, with the label in the column `source`. */
export function readRows({ from, where }: Pick<ReportTable, 'from' | 'where'>, rowsOf: RowsOf): ReportRows {
  const rows = typeof from === 'string' ? rowsOf(from) : stacked(from, rowsOf);
  // Without a single cell there are no columns to ask for.
  return where === undefined || rows.cells.length === 0 ? rows : filtered(rows, where);
}

/** The references behind a `from:`. */
export function referencesOf(from: ReportTable['from']): string[] {
  return typeof from === 'string' ? [from] : Object.values(from);
}

function stacked(from: { readonly [label: string]: string }, rowsOf: RowsOf): ReportRows {
  const tables = Object.entries(from).map(([label, reference]) => ({ label, reference, table: rowsOf(reference) }));
  const hidden = tables.find(({ table }) => table.columns[sourceColumn] !== undefined);
  if (hidden !== undefined) {
    throw new ReportProblem(
      `Tables that are stacked get a column \`${sourceColumn}\` with their labels, but \`${hidden.reference}\` has a column of that name already; show it by itself.`,
    );
  }
  return {
    columns: { [sourceColumn]: 'utf8', ...stackedColumns(tables.map(({ table }) => table.columns)) },
    rows: tables.flatMap(({ label, table }) =>
      table.rows.map(({ values, cell }) => ({ values: { [sourceColumn]: label, ...values }, cell })),
    ),
    cells: tables.flatMap(({ table }) => table.cells),
    missing: tables.flatMap(({ table }) => table.missing),
  };
}

/** The columns of all tables; numbers of two types become the wider one. */
function stackedColumns(tables: readonly Columns[]): Columns {
  const stackedTypes = new Map<string, ColumnType>();
  for (const [name, type] of tables.flatMap(columns => Object.entries(columns))) {
    const known = stackedTypes.get(name);
    stackedTypes.set(name, known === undefined || known === type ? type : widerType(known, type));
  }
  return Object.fromEntries(stackedTypes);
}

const numericTypes: ReadonlySet<ColumnType> = new Set(['int32', 'float32', 'float64']);

function widerType(a: ColumnType, b: ColumnType): ColumnType {
  return numericTypes.has(a) && numericTypes.has(b) ? 'float64' : a;
}

function filtered(table: ReportRows, where: string): ReportRows {
  try {
    const holds = rowPredicate(where, table.columns);
    return { ...table, rows: table.rows.filter(row => holds(row.values)) };
  } catch (error) {
    if (!(error instanceof CellFailure)) throw error;
    throw new ReportProblem(`\`where\` cannot be evaluated: ${error.message}`, { cause: error });
  }
}
