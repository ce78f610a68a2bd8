/** Tables as text for people and other programs: CSV, JSON, or one JSON object a line. Rows are streamed. */
import type { CellValue, ColumnType } from '../../schemas/table-schema.ts';
import { type Column, columnList } from './column-list.ts';
import type { Table } from './table.ts';

export type TextFormat = 'csv' | 'json' | 'jsonl';

/**
 * The text of a table in pieces, each of whole lines.
 *
 * - `csv`: RFC 4180 with a head line. A missing value is an empty field and an empty text is `""`; vectors, lists and
 *   messages are JSON text; NaN and infinities are `NaN`, `Infinity`, `-Infinity`.
 * - `json`: an array of objects; `jsonl`: an object a line. Missing values are null; since JSON has no other numbers, NaN
 *   and infinities are texts, as in CSV.
 *
 * A float32 is written with the fewest digits that read back as the same float32.
 */
export async function* exportTable(table: Table, format: TextFormat): AsyncGenerator<string> {
  switch (format) {
    case 'csv':
      yield* csvLines(table);
      break;
    case 'json':
      yield* jsonArray(table);
      break;
    case 'jsonl':
      for await (const object of jsonObjects(table)) yield `${object}\n`;
      break;
    default:
      format satisfies never;
  }
}

async function* csvLines(table: Table): AsyncGenerator<string> {
  const columns = columnList(table.columns);
  yield `${columns.map(({ name }) => csvField(name)).join(',')}\n`;
  for await (const batch of table.batches()) {
    const fields = columns.map(column => csvWriter(column, batch.column(column.name).value));
    for (let row = 0; row < batch.rows; row += 1) yield `${fields.map(field => field(row)).join(',')}\n`;
  }
}

function csvWriter({ type }: Column, value: (row: number) => CellValue): (row: number) => string {
  const json = jsonWriter(type);
  return row => {
    const found = value(row);
    if (found === null) return '';
    if (typeof found === 'string') return csvField(found);
    const text = json(found);
    return typeof found === 'number' ? text.replaceAll('"', '') : csvField(text);
  };
}

function csvField(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function* jsonArray(table: Table): AsyncGenerator<string> {
  let before = '[\n';
  for await (const object of jsonObjects(table)) {
    yield before + object;
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

async function* jsonObjects(table: Table): AsyncGenerator<string> {
  const columns = columnList(table.columns);
  for await (const batch of table.batches()) {
    const members = columns.map(({ name, type }) => {
      const json = jsonWriter(type);
      const { value } = batch.column(name);
      return (row: number) => `${JSON.stringify(name)}:${json(value(row))}`;
    });
    for (let row = 0; row < batch.rows; row += 1) yield `{${members.map(member => member(row)).join(',')}}`;
  }
}

/** Values of a column of that type as JSON text. */
function jsonWriter(type: ColumnType): (value: CellValue) => string {
  const number = type.startsWith('float32') ? float32Text : numberText;
  return value => {
    if (typeof value === 'number') return number(value);
    if (value instanceof Float32Array || value instanceof Int32Array) return `[${Array.from(value, number).join(',')}]`;
    return JSON.stringify(value);
  };
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? '-0' : String(value);
}

function float32Text(value: number): string {
  if (!Number.isFinite(value) || value === 0) return numberText(value);
  // Nine significant digits tell any two float32 apart; most need fewer.
  for (let digits = 6; digits < 9; digits += 1) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return String(Number(value.toPrecision(9)));
}
