/** What is known of units, from their rows: the columns that say one thing of each unit. */
import type { Columns, Row } from '../../schemas/table-schema.ts';
import { CellFailure } from '../cell-failure.ts';
import { counted, listed } from './counted.ts';
import { nameInRow } from './name-in-row.ts';
import { type PortTable, nameColumn } from './named-column.ts';

export interface CarriedColumns {
  readonly columns: Columns;
  /** By unit. */
  readonly values: ReadonlyMap<string, Row>;
  /** Columns that differ between rows of one unit, or are called like one of the table they should join. */
  readonly leftOut: readonly string[];
}

/**
 * The `category`, `utf8` and `bool` columns of a table in which all rows of a unit agree. A `CellFailure` where one of
 * `units` has no row; units that nobody asked for are passed over.
 *
 * @param options.unit the column that names a row's unit
 * @param options.taken names of columns that the table to join has already
 */
export async function readCarriedColumns(
  source: PortTable,
  options: { readonly unit: string; readonly units: readonly string[]; readonly taken: Columns },
): Promise<CarriedColumns> {
  nameColumn(source, { parameter: 'unit', column: options.unit });
  const { columns: types } = source.table;
  const carriable = Object.entries(types).filter(
    ([name, type]) => name !== options.unit && (type === 'category' || type === 'utf8' || type === 'bool'),
  );
  const wanted = new Set(options.units);
  const leftOut = new Set(carriable.flatMap(([name]) => (options.taken[name] === undefined ? [] : [name])));
  const values = new Map<string, Row>();
  let number = -1;
  for await (const row of source.table.rowsOf({ columns: [options.unit, ...carriable.map(([name]) => name)] })) {
    number += 1;
    const unit = nameInRow(row, options.unit, { port: source.port, row: number });
    if (!wanted.has(unit)) continue;
    const known = values.get(unit);
    if (known === undefined) values.set(unit, row);
    else for (const [name] of carriable) if (known[name] !== row[name]) leftOut.add(name);
  }
  requireAll(options, values);
  const kept = carriable.filter(([name]) => !leftOut.has(name));
  return {
    columns: Object.fromEntries(kept),
    values: new Map(Array.from(values, ([unit, row]) => [unit, only(row, kept)])),
    leftOut: [...leftOut],
  };
}

function only(row: Row, columns: readonly (readonly [string, unknown])[]): Row {
  return Object.fromEntries(columns.map(([name]) => [name, row[name] ?? null]));
}

function requireAll(
  { unit, units }: { readonly unit: string; readonly units: readonly string[] },
  found: ReadonlyMap<string, Row>,
): void {
  const without = units.filter(each => !found.has(each));
  if (without.length === 0) return;
  throw new CellFailure(
    'user',
    `\`units\` has no row of ${counted(without.length, 'unit')} of the masks (${listed(without)}): is \`unit: ${unit}\` the column that the subsets were drawn by?`,
  );
}
