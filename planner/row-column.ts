/** One column of a JSONL or CSV file: where an axis may take its values from. */
import type { AxisValue } from '../schemas/plan.ts';
import { listNames, remedyFor, suggestion } from './nearest-name.ts';

/** Why a file gives no column. */
export class RowColumnProblem extends Error {
  override readonly name = 'RowColumnProblem';
  readonly remedy: string;
  /** What the axis says that is at fault. */
  readonly on: 'file' | 'column';

  constructor(message: string, remedy: string, on: 'file' | 'column' = 'file') {
    super(message);
    this.remedy = remedy;
    this.on = on;
  }
}

/**
 * The values of a column, one per row, in order. A CSV column whose values are all numbers, or all `true` and `false`,
 * is one of those.
 */
export function readColumn(file: string, text: string, column: string): AxisValue[] {
  const plain = text.replace(/^\uFEFF/, '');
  if (/\.(jsonl|ndjson)$/i.test(file)) return jsonlColumn(plain, column);
  if (/\.csv$/i.test(file)) return csvColumn(plain, column);
  throw new RowColumnProblem('An axis is read from `.jsonl` or `.csv` files.', 'Convert the file, or list the values.');
}

/** The text of a file, which must be UTF-8: an axis of replacement characters would be nobody's. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new RowColumnProblem('The file is not UTF-8 text.', 'Save it as plain text in UTF-8.');
  }
}

function jsonlColumn(text: string, column: string): AxisValue[] {
  return text.split('\n').flatMap((line, index): AxisValue[] => {
    if (line.trim() === '') return [];
    const row = parseRow(line);
    if (row === undefined)
      throw new RowColumnProblem(`Line ${index + 1} is no JSON object.`, 'Write one JSON object per line.');
    const value = new Map(Object.entries(row)).get(column);
    if (
      typeof value === 'string' ||
      typeof value === 'boolean' ||
      (typeof value === 'number' && Number.isFinite(value))
    )
      return [value];
    if (value === undefined) throw missingColumn(column, Object.keys(row), `Line ${index + 1}`);
    throw new RowColumnProblem(
      `Line ${index + 1}: \`${column}\` is no text, number or truth value.`,
      'An axis is made of plain values; name another column.',
      'column',
    );
  });
}

function parseRow(line: string): object | undefined {
  try {
    const row: unknown = JSON.parse(line);
    return typeof row === 'object' && row !== null && !Array.isArray(row) ? row : undefined;
  } catch {
    return undefined;
  }
}

function csvColumn(text: string, column: string): AxisValue[] {
  const [header, ...rows] = parseCsv(text);
  const index = header?.fields.indexOf(column) ?? -1;
  if (header === undefined || index === -1) throw missingColumn(column, header?.fields ?? [], 'The header');
  const values = rows.map(({ fields, line }) => {
    const value = fields[index];
    if (value !== undefined && fields.length === header.fields.length) return value;
    const found = `The row on line ${line} does not fit: ${fields.length} values for the ${header.fields.length} columns of the header.`;
    throw new RowColumnProblem(found, 'Give every row a field per column; put a field with a comma in quotes.');
  });
  if (values.every(isPlainNumber)) return values.map(Number);
  return values.every(value => value === 'true' || value === 'false') ? values.map(value => value === 'true') : values;
}

interface CsvRow {
  readonly fields: string[];
  /** On which it begins, from 1. */
  readonly line: number;
}

/** RFC 4180: quoted fields may hold commas, line breaks and doubled quotes. Empty lines are left out. */
function parseCsv(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  const field = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|\r|$)/y;
  let row: CsvRow = { fields: [], line: 1 };
  for (let line = 1; field.lastIndex < text.length || row.fields.length > 0;) {
    const [match, quoted, bare = '', end] = field.exec(text) ?? [];
    if (match === undefined) throw new RowColumnProblem(`A quote goes wrong on line ${line}.`, quoteRemedy);
    row.fields.push(quoted?.replaceAll('""', '"') ?? bare);
    line += match.split(/\r?\n|\r/).length - 1;
    if (end === ',') continue;
    if (row.fields.length > 1 || quoted !== undefined || bare !== '') rows.push(row);
    row = { fields: [], line };
  }
  return rows;
}

const quoteRemedy = 'Put the whole field in quotes, and double the quotes inside it: `"a ""b"" c"`.';

/** Written as a program prints it, so that no digit is lost: `001` and `1.50` stay text. */
function isPlainNumber(text: string): boolean {
  return text !== '' && String(Number(text)) === text && Number.isFinite(Number(text));
}

function missingColumn(column: string, columns: readonly string[], where: string): RowColumnProblem {
  return new RowColumnProblem(
    `${where} has no column \`${column}\`; ${suggestion(column, columns, 'column')}`,
    remedyFor(column, columns, `Name one of its columns: ${listNames(columns)}.`),
    'column',
  );
}
