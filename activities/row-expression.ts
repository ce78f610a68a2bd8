/** CEL over the columns of a row: which rows a step takes. */
import { Environment } from '@marcbachmann/cel-js';
import type { ColumnType, Columns, Row } from '../schemas/table-schema.ts';
import { CellFailure } from './cell-failure.ts';

export type RowPredicate = (row: Row) => boolean;

/**
 * Compiles `where`. Whole-number columns are CEL ints, other numbers doubles; axes gathered into a table are compared
 * as what they look like, so `pipeline_seed == 42` and `condition == "control"` both mean what they say. A column that
 * the table has not is a `CellFailure` that lists those it has.
 */
export function rowPredicate(where: string | undefined, columns: Columns): RowPredicate {
  if (where === undefined) return () => true;
  const environment = new Environment({ unlistedVariablesAreDyn: false, enableOptionalTypes: false });
  for (const name of Object.keys(columns)) if (isVariable(name)) environment.registerVariable(name, 'dyn');
  const program = parse(environment, where, columns);
  const entries = Object.entries(columns).filter(([name]) => isVariable(name));
  return row => {
    const values = Object.fromEntries(entries.map(([name, type]) => [name, celValue(row[name], type)]));
    const result: unknown = evaluate(() => program(values), where);
    if (typeof result === 'boolean') return result;
    throw new CellFailure('user', `\`${where}\` gives ${String(result)} where true or false is wanted`);
  };
}

function parse(environment: Environment, where: string, columns: Columns) {
  return evaluate(() => {
    const program = environment.parse(where);
    const checked = program.check();
    if (!checked.valid)
      throw new Error(
        `${checked.error?.message ?? 'it does not check'}\nthe columns are ${Object.keys(columns).join(', ')}`,
      );
    return program;
  }, where);
}

function evaluate<Value>(run: () => Value, where: string): Value {
  try {
    return run();
  } catch (error) {
    throw new CellFailure('user', `\`${where}\`: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** CEL knows variables by plain names; other columns cannot be asked for. */
function isVariable(name: string): boolean {
  return (
    /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) && name !== 'in' && name !== 'true' && name !== 'false' && name !== 'null'
  );
}

function celValue(value: Row[string] | undefined, type: ColumnType): unknown {
  if (value === undefined || value === null) return null;
  if (type === 'int32' && typeof value === 'number') return BigInt(value);
  if (type === 'category' && typeof value === 'string') return looksLike(value);
  return value;
}

/** A gathered axis is stored as text; as a value it is the number or truth value that its text is. */
function looksLike(text: string): unknown {
  if (/^-?(0|[1-9]\d{0,14})$/.test(text)) return BigInt(text);
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) && String(number) === text ? number : text;
}
