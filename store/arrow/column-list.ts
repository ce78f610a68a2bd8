/** The columns of a table as a list, checked: names that can be told apart, types that are whole. */
import { type ColumnType, type Columns, columnTypeSchema } from '../../schemas/table-schema.ts';
import { MissingColumnError, TableColumnsError } from './errors.ts';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** The columns in order; a `TableColumnsError` for a name or type that a stored table cannot have. */
export function columnList(columns: Columns): readonly Column[] {
  return Object.entries(columns).map(([name, type]) => checkColumn({ name, type }));
}

/** The same column; a `TableColumnsError` where a stored table cannot have it. */
export function checkColumn({ name, type }: Column): Column {
  if (name === '') throw new TableColumnsError('a column has no name');
  // As a member of a row object it would be no member at all.
  if (name === '__proto__') throw new TableColumnsError('a column cannot be called `__proto__`');
  if (type === 'float32[d]') {
    throw new TableColumnsError(`column \`${name}\`: a stored vector has a width, as in float32[128], not float32[d]`);
  }
  const isVector = type.startsWith('float32[') && type !== 'float32[]';
  if (!columnTypeSchema.safeParse(type).success || (isVector && vectorWidth(type) === undefined)) {
    throw new TableColumnsError(`column \`${name}\`: ${type} is no type of a column`);
  }
  return { name, type };
}

/** Columns by name, in order. */
export function columnsOf(list: readonly Column[]): Columns {
  return Object.fromEntries(list.map(({ name, type }) => [name, type]));
}

/** The column of that name; a `MissingColumnError` that lists those there are. */
export function findColumn(list: readonly Column[], name: string): Column {
  const found = list.find(column => column.name === name);
  if (found !== undefined) return found;
  throw new MissingColumnError(name, `is not in the table, which has ${namesOf(list)}`);
}

/** Names for a message: `a`, `b` and `c`. */
export function namesOf(list: readonly Column[]): string {
  return list.length === 0 ? 'none' : list.map(({ name }) => `\`${name}\``).join(', ');
}

/** Width d of `float32[d]`; undefined for any other type. */
export function vectorWidth(type: ColumnType): number | undefined {
  const digits = /^float32\[([1-9]\d*)\]$/.exec(type)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
