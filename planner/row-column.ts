/** One column of a JSONL or CSV file: where an axis may take its values from. */
import type { AxisValue } from '../schemas/plan.ts';
import { listNames, nearestName, suggestion } from './nearest-name.ts';

/** Why a file gives no column; `line` counts from 1. */
export class RowColumnProblem extends Error {
  override readonly name = 'RowColumnProblem';
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** The values of a column, one per row, in order. A CSV column whose values are all numbers is one of numbers. */
export function readColumn(file: string, text: string, column: string): AxisValue[] {
  const plain = text.replace(/^\uFEFF/, '');
  if (/\.(jsonl|ndjson)$/i.test(file)) return jsonlColumn(plain, column);
  if (/\.csv$/i.test(file)) return csvColumn(plain, column);
  throw new RowColumnProblem('An axis is read from `.jsonl` or `.csv` files.', 'Convert the file, or list the values.');
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
  const index = header?.indexOf(column) ?? -1;
  if (header === undefined || index === -1) throw missingColumn(column, header ?? [], 'The header');
  const values = rows.map((row, number) => {
    const value = row[index];
    if (value !== undefined) return value;
    throw new RowColumnProblem(`Row ${number + 1} has ${row.length} of ${header.length} columns.`, 'Complete the row.');
  });
  return values.every(isPlainNumber) ? values.map(Number) : values;
}

/** RFC 4180: quoted fields may hold commas, line breaks and doubled quotes. Empty lines are left out. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  // A field, quoted or not, and what ends it; the empty match at the end of the text is no field.
  for (const [match, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\r|$)/g)) {
    if (match === '' && row.length === 0) break;
    row.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    if (end === '') break;
  }
  return rows;
}

/** Written as a program prints it, so that no digit is lost: `001` and `1.50` stay text. */
function isPlainNumber(text: string): boolean {
  return text !== '' && String(Number(text)) === text && Number.isFinite(Number(text));
}

function missingColumn(column: string, columns: readonly string[], where: string): RowColumnProblem {
  const nearest = nearestName(column, columns);
  return new RowColumnProblem(
    `${where} has no column \`${column}\`; ${suggestion(column, columns, 'column')}`,
    nearest === undefined ? `Name one of its columns: ${listNames(columns)}.` : `Write \`${nearest}\`.`,
  );
}
