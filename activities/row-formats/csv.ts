/** CSV with a header line, RFC 4180. Columns whose values are all numbers, or all truth values, are that; others text. */
import { Readable, pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { CellFailure } from '../cell-failure.ts';
import type { RawRow, RawRows } from './raw-row.ts';
import { utf8Text } from './utf8-text.ts';

export function csvRows(path: string): RawRows {
  let types: Promise<CsvTypes> | undefined;
  return async function* read(): AsyncGenerator<RawRow> {
    types ??= typesOf(path);
    const known = await types;
    for await (const { place, values } of textRows(path)) {
      const typed = Object.entries(values).map(([name, text]) => [name, typedValue(text, known.get(name))]);
      yield { place, values: Object.fromEntries(typed) };
    }
  };
}

type CsvType = 'number' | 'bool' | 'text';
type CsvTypes = ReadonlyMap<string, CsvType>;

/** What rows are made of is text, even where all answers happen to be numbers. */
const textColumns: ReadonlySet<string> = new Set(['messages', 'prompt', 'completion', 'chosen', 'rejected', 'text']);

/** A CSV has only text, so what a column holds can be said only once all its values are known. */
async function typesOf(path: string): Promise<CsvTypes> {
  const types = new Map<string, CsvType>();
  for await (const { values } of textRows(path)) {
    for (const [name, text] of Object.entries(values)) {
      if (text === '') continue;
      const type = textColumns.has(name) ? 'text' : typeOfText(text);
      const before = types.get(name) ?? type;
      types.set(name, before === type ? type : 'text');
    }
  }
  return types;
}

function typeOfText(text: string): CsvType {
  if (text === 'true' || text === 'false') return 'bool';
  return isNumber(text) ? 'number' : 'text';
}

/** As programs print them, so that no digit is lost: `-3`, `0.25`, `1.0`, `1e-05`; `007` and `1.10` stay text. */
function isNumber(text: string): boolean {
  if (!/^-?(0|[1-9]\d*)(\.(0|\d*[1-9]))?([eE][+-]?\d+)?$/.test(text)) return false;
  const number = Number(text);
  return /^-?\d+$/.test(text) ? Number.isSafeInteger(number) : Number.isFinite(number);
}

function typedValue(text: string, type: CsvType | undefined): unknown {
  if (type === undefined || type === 'text') return text;
  if (text === '') return null;
  return type === 'bool' ? text === 'true' : Number(text);
}

interface TextRow {
  readonly place: string;
  readonly values: Readonly<Record<string, string>>;
}

async function* textRows(path: string): AsyncGenerator<TextRow> {
  const records = parse({ columns: uniqueNames, bom: true, skip_empty_lines: true });
  // Its errors come out of the parser, below.
  pipeline(Readable.from(utf8Text(path)), records, () => undefined);
  let number = 0;
  try {
    for await (const record of records) {
      number += 1;
      yield { place: `row ${number}`, values: texts(record) };
    }
  } catch (error) {
    if (error instanceof CellFailure) throw error;
    throw new CellFailure('user', `after row ${number}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function uniqueNames(header: readonly string[]): string[] {
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice === undefined) return [...header];
  throw new CellFailure('user', `its header has the column \`${twice}\` twice: rename one of them`);
}

function texts(record: unknown): Readonly<Record<string, string>> {
  if (typeof record !== 'object' || record === null) return {};
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, String(value)]));
}
