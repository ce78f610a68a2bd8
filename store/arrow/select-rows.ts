/** Some rows of a table: those whose columns have given values. This is how a table is scattered over cells. */
import type { Digest } from '../../schemas/identity.ts';
import type { AxisValue, Coordinates } from '../../schemas/plan.ts';
import type { CellValue, ColumnType } from '../../schemas/table-schema.ts';
import type { BlobStore } from '../store.ts';
import { type Column, columnList, findColumn } from './column-list.ts';
import { pickRows } from './column-vector.ts';
import { MissingColumnError } from './errors.ts';
import { openTable } from './open-table.ts';
import { type Table, type TableBatch, makeBatch, makeTable } from './table.ts';

/**
 * The rows of a stored table whose columns equal the values of `where`, in their order, with all their columns. There
 * may be none. A `MissingColumnError` where the table has no such column, or one whose values are no axis values.
 */
export async function selectRows(
  store: Pick<BlobStore, 'get' | 'open'>,
  digest: Digest,
  where: Coordinates,
): Promise<Table> {
  return selectFrom(await openTable(store, digest), where);
}

/** The same of any table. */
export function selectFrom(table: Table, where: Coordinates): Table {
  const columns = columnList(table.columns);
  const conditions = Object.entries(where).map(([name, value]) => {
    const column = findColumn(columns, name);
    return { column, accepts: equals(column, value) };
  });
  if (conditions.length === 0) return table;
  return makeTable({
    columns,
    rows: undefined,
    readBatches: wanted => selectedBatches(table, conditions, wanted),
  });
}

interface Condition {
  readonly column: Column;
  readonly accepts: (value: CellValue) => boolean;
}

async function* selectedBatches(
  table: Table,
  conditions: readonly Condition[],
  wanted: readonly Column[],
): AsyncGenerator<TableBatch> {
  const names = new Set([...wanted, ...conditions.map(({ column }) => column)].map(({ name }) => name));
  let first = 0;
  for await (const batch of table.batches({ columns: [...names] })) {
    const tests = conditions.map(({ column, accepts }) => ({ vector: batch.column(column.name), accepts }));
    const indices: number[] = [];
    for (let row = 0; row < batch.rows; row += 1) {
      if (tests.every(({ vector, accepts }) => accepts(vector.value(row)))) indices.push(row);
    }
    if (indices.length === 0) continue;
    const fields = wanted.map(column => [column, pickRows(batch.column(column.name), indices)] as const);
    yield makeBatch(first, indices.length, fields);
    first += indices.length;
  }
}

/**
 * Whether a value is the axis value. Axis values and columns may differ in type (an axis read from a file has texts, a
 * category has nothing else), so both are compared as written. A float32 is compared at its own precision.
 */
function equals({ name, type }: Column, value: AxisValue): (value: CellValue) => boolean {
  if (!comparable.has(type)) {
    throw new MissingColumnError(name, `is ${type}, whose values cannot be those of an axis`);
  }
  const wanted = String(value);
  if (type === 'float32' && wanted.trim() !== '' && !Number.isNaN(Number(wanted))) {
    const rounded = Math.fround(Number(wanted));
    return found => found === rounded;
  }
  return found => found !== null && typeof found !== 'object' && String(found) === wanted;
}

const comparable: ReadonlySet<ColumnType> = new Set(['utf8', 'category', 'bool', 'int32', 'float32', 'float64']);
