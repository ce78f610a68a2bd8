/** Columns that a step's parameters name, looked up before anything is read, so that a slip is told at once. */
import type { ColumnType } from '../../schemas/table-schema.ts';
import { CellFailure } from '../cell-failure.ts';
import type { InputTable } from '../step-body.ts';

/** A table with the name of the port it came in by, for messages. */
export interface PortTable {
  readonly port: string;
  readonly table: InputTable;
}

/** A column with the parameter that names it; a column that is always the same has none. */
export interface NamedColumn {
  readonly parameter?: string;
  readonly column: string;
}

/** The type of a column; a `CellFailure` that lists the columns where there is none of that name. */
export function namedColumn({ port, table }: PortTable, { parameter, column }: NamedColumn): ColumnType {
  const type = table.columns[column];
  if (type !== undefined) return type;
  const names = Object.keys(table.columns);
  if (names.length === 0) throw new CellFailure('user', `no table arrived at the port \`${port}\``);
  const wanted = parameter === undefined ? `\`${column}\` is needed` : `\`${parameter}: ${column}\``;
  throw new CellFailure(
    'user',
    `${wanted}, and the table at the port \`${port}\` has no such column; it has ${names.join(', ')}`,
  );
}

/** The same of a column that holds numbers. */
export function numberColumn(source: PortTable, named: NamedColumn): ColumnType {
  const type = namedColumn(source, named);
  if (isNumber(type)) return type;
  const numbers = Object.entries(source.table.columns).filter(([, each]) => isNumber(each));
  throw new CellFailure(
    'user',
    `${inWords(named)}: a number is wanted, and that column of the table at the port \`${source.port}\` is ${type}; ` +
      `the columns of numbers are ${numbers.map(([name]) => name).join(', ') || 'none'}`,
  );
}

/** The same of a column whose values can name something: text, whole numbers, truth values. */
export function nameColumn(source: PortTable, named: NamedColumn): ColumnType {
  const type = namedColumn(source, named);
  if (isPlain(type)) return type;
  throw new CellFailure(
    'user',
    `${inWords(named)}: a column of plain values is wanted, and that of the table at the port \`${source.port}\` is ${type}`,
  );
}

/** Names of the columns with one plain value a row: what an expression over rows can speak of. */
export function plainColumns({ table }: PortTable): string[] {
  return Object.entries(table.columns).flatMap(([name, type]) => (isPlain(type) || isNumber(type) ? [name] : []));
}

function inWords({ parameter, column }: NamedColumn): string {
  return parameter === undefined ? `\`${column}\`` : `\`${parameter}: ${column}\``;
}

function isNumber(type: ColumnType): boolean {
  return type === 'int32' || type === 'float32' || type === 'float64';
}

function isPlain(type: ColumnType): boolean {
  return type === 'category' || type === 'utf8' || type === 'int32' || type === 'bool';
}
