/** Rows on stdout: as a JSON list, as CSV, or as a table for people. */
import type { AxisValue } from '../../schemas/plan.ts';
import type { CellValue } from '../../schemas/table-schema.ts';
import type { CommandContext } from './command.ts';
import { figure, grouped } from './quantities.ts';
import { textTable } from './text-table.ts';

export type ShownRow = { readonly [column: string]: CellValue | AxisValue | undefined };

/** Rows shown to people; programs get all. */
const shown = 200;

export async function printRows(
  context: Pick<CommandContext, 'terminal'>,
  format: 'json' | 'csv' | 'text',
  rows: AsyncIterable<ShownRow>,
): Promise<void> {
  if (format === 'json') await printJsonRows(context, rows);
  else if (format === 'csv') await printCsv(context, rows);
  else await printText(context, rows);
}

/** Row by row, so that a large table is never whole in memory. */
async function printJsonRows(
  { terminal }: Pick<CommandContext, 'terminal'>,
  rows: AsyncIterable<ShownRow>,
): Promise<void> {
  let before = '';
  terminal.out('[');
  for await (const row of rows) {
    if (before !== '') terminal.out(`${before},`);
    before = `  ${JSON.stringify(row, jsonValue)}`;
  }
  if (before !== '') terminal.out(before);
  terminal.out(']');
}

async function printCsv({ terminal }: Pick<CommandContext, 'terminal'>, rows: AsyncIterable<ShownRow>): Promise<void> {
  let columns: readonly string[] | undefined;
  for await (const row of rows) {
    if (columns === undefined) {
      columns = Object.keys(row);
      terminal.out(columns.map(csvField).join(','));
    }
    terminal.out(columns.map(column => csvField(csvText(row[column]))).join(','));
  }
}

async function printText({ terminal }: Pick<CommandContext, 'terminal'>, rows: AsyncIterable<ShownRow>): Promise<void> {
  const some: ShownRow[] = [];
  let count = 0;
  for await (const row of rows) {
    count += 1;
    if (some.length < shown) some.push(row);
  }
  const [first] = some;
  if (first === undefined) {
    terminal.out('no rows');
    return;
  }
  const names = [...new Set(some.flatMap(row => Object.keys(row)))];
  const columns = names.map(title =>
    typeof first[title] === 'number' ? { title, align: 'right' as const } : { title, flexible: true as const },
  );
  const [head = '', ...lines] = textTable(
    columns,
    some.map(row => names.map(name => shownText(row[name]))),
    terminal.width(),
  );
  terminal.out(terminal.paint.bold(head));
  for (const line of lines) terminal.out(line);
  if (count > shown) terminal.out(`… ${grouped(count - shown)} more rows: --csv or --json prints all`);
}

function shownText(value: ShownRow[string]): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return figure(value);
  return typeof value === 'object' ? JSON.stringify(value, jsonValue) : String(value);
}

function csvText(value: ShownRow[string]): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value, jsonValue) : String(value);
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Typed arrays as lists; JSON would print them as objects. */
function jsonValue(_key: string, value: unknown): unknown {
  return value instanceof Float32Array || value instanceof Int32Array ? [...value] : value;
}
