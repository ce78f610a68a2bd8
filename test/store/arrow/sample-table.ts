/** A table with a column of every type, missing values, and the values that are easily got wrong. */
import type { CellValue, Columns, Row } from '../../../schemas/table-schema.ts';
import type { Table } from '../../../store/arrow/table.ts';

export const everyColumn = {
  id: 'utf8',
  ok: 'bool',
  n: 'int32',
  f: 'float32',
  g: 'float64',
  c: 'category',
  texts: 'utf8[]',
  ints: 'int32[]',
  floats: 'float32[]',
  v: 'float32[3]',
  turns: 'messages',
} as const satisfies Columns;

/** Row number `index` of the sample; every fifth has no values at all. */
export function everyRow(index: number): Row {
  if (index % 5 === 3) return Object.fromEntries(Object.keys(everyColumn).map(name => [name, null]));
  const turns = [
    { role: 'user', content: `question "${index}"` },
    { role: 'assistant', content: '' },
    { role: 'user', content: '日本語 \u{1F600}' },
  ];
  return {
    id: index % 7 === 0 ? '' : `é${index}\n`,
    ok: index % 3 === 0,
    n: index === 1 ? -(2 ** 31) : 2 ** 31 - 1 - index,
    f: Math.fround(index / 3),
    g: [Number.NaN, Number.NEGATIVE_INFINITY, -0, 5e-324, index / 7][index % 5] ?? 0,
    c: `condition ${index % 4}`,
    texts: Array.from({ length: index % 4 }, (_, item) => `t${item}`),
    ints: Int32Array.from({ length: index % 3 }, (_, item) => -item),
    floats: Float32Array.from({ length: index % 2 }, () => Number.POSITIVE_INFINITY),
    v: Float32Array.of(index, -index, 0.5),
    turns: turns.slice(0, index % 4),
  };
}

export function everyRows(count: number): Row[] {
  return Array.from({ length: count }, (_, index) => everyRow(index));
}

export async function rowsOf(table: Table, columns?: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of table.rowsOf(columns === undefined ? {} : { columns })) rows.push(row);
  return rows;
}

/** Rows with typed arrays as lists, so that what was written as one and read as the other compares equal. */
export function plain(rows: readonly Row[]): Row[] {
  return rows.map(row => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)])));
}

function plainValue(value: CellValue): CellValue {
  return value instanceof Float32Array || value instanceof Int32Array ? Array.from(value) : value;
}
