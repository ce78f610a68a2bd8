/** One number per row with the names that say what it belongs to: how every analysis of scores reads its table. */
import { rowPredicate } from '../row-expression.ts';
import { nameInRow } from './name-in-row.ts';
import { type NamedColumn, type PortTable, nameColumn, numberColumn, plainColumns } from './named-column.ts';

export interface ScoredRow {
  /** In the order in which the columns were asked for. */
  readonly names: readonly string[];
  readonly value: number;
}

export interface ScoredRows {
  readonly rows: readonly ScoredRow[];
  /** Rows for which `where` does not hold. */
  readonly refused: number;
  /** Rows without a number: scores that were not estimable. They take no part. */
  readonly withoutValue: number;
}

/** The rows of a table for which `where` holds. */
export async function readScores(
  source: PortTable,
  wanted: { readonly names: readonly NamedColumn[]; readonly value: NamedColumn; readonly where?: string | undefined },
): Promise<ScoredRows> {
  for (const named of wanted.names) nameColumn(source, named);
  numberColumn(source, wanted.value);
  const names = wanted.names.map(({ column }) => column);
  const known = wanted.where === undefined ? [] : plainColumns(source);
  const columns = [...new Set([...names, wanted.value.column, ...known])];
  const { columns: types } = source.table;
  const holds = rowPredicate(
    wanted.where,
    Object.fromEntries(known.flatMap(name => (types[name] === undefined ? [] : [[name, types[name]]]))),
  );

  const rows: ScoredRow[] = [];
  const left = { refused: 0, withoutValue: 0 };
  let number = -1;
  for await (const row of source.table.rowsOf({ columns })) {
    number += 1;
    const value = row[wanted.value.column];
    if (!holds(row)) left.refused += 1;
    else if (typeof value !== 'number') left.withoutValue += 1;
    else {
      const place = { port: source.port, row: number };
      rows.push({ names: names.map(name => nameInRow(row, name, place)), value });
    }
  }
  return { rows, ...left };
}
