/** `load-rows`: see schemas/steps/load-rows and activities/row-formats. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { loadRows } from '../../schemas/steps/load-rows.ts';
import type { Columns, Row } from '../../schemas/table-schema.ts';
import { CellFailure } from '../cell-failure.ts';
import { arrowRows } from '../row-formats/arrow.ts';
import { asColumn, createColumnInference } from '../row-formats/column-inference.ts';
import { csvRows } from '../row-formats/csv.ts';
import { jsonlRows } from '../row-formats/jsonl.ts';
import { parquetRows } from '../row-formats/parquet.ts';
import type { RawRow, RawRows } from '../row-formats/raw-row.ts';
import { formOf, inForm, type RowForm } from '../row-formats/row-form.ts';
import { cellText } from '../rows/cell-text.ts';
import { type CellContext, stepBody } from '../step-body.ts';

type Load = CellContext<typeof loadRows>;

const readers = { jsonl: jsonlRows, csv: csvRows, parquet: parquetRows, arrow: arrowRows } as const;

export const loadRowsBody = stepBody(loadRows, async cell => {
  const path = await cell.file('path');
  try {
    await checkContent(cell, path);
    const read = readers[formatOf(cell, path)](path);
    const { form, columns, rows, idColumn } = await survey(cell, read);
    checkCount(cell, rows);
    const table = await cell.writeTable(columns, normalised(read, { form, columns, idColumn }));
    return { outputs: { rows: table }, notes: { form, rows } };
  } catch (error) {
    throw error instanceof CellFailure
      ? new CellFailure(error.class, `${path}: ${error.message}`, { cause: error })
      : error;
  }
});

/** Its bytes are those of the plan (`cell.file` sees to it); here they are held against what the study itself says. */
async function checkContent({ with: { sha256: wanted } }: Load, path: string): Promise<void> {
  if (wanted === undefined) return;
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece);
  const found = hash.digest('hex');
  if (found === wanted) return;
  throw new CellFailure(
    'user',
    `its SHA-256 is ${found}, and the study says ${wanted}: take the file the study was written for, or correct \`sha256\``,
  );
}

function formatOf({ with: { format } }: Load, path: string): keyof typeof readers {
  if (format !== 'auto') return format;
  const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  const known = {
    jsonl: 'jsonl',
    ndjson: 'jsonl',
    csv: 'csv',
    parquet: 'parquet',
    arrow: 'arrow',
    feather: 'arrow',
    ipc: 'arrow',
  } as const;
  for (const [name, found] of Object.entries(known)) if (name === extension) return found;
  throw new CellFailure(
    'user',
    `its name does not say what it is: give \`format\` (${Object.keys(readers).join(', ')})`,
  );
}

interface Survey {
  readonly form: RowForm;
  readonly columns: Columns;
  readonly rows: number;
  /** Column that becomes `row_id`; without one rows are numbered from 0. */
  readonly idColumn: string | undefined;
}

/** Reads the file once to learn its columns and to find what is wrong before anything is written. */
async function survey(cell: Load, read: RawRows): Promise<Survey> {
  const inference = createColumnInference();
  const places = new Map<string, string>();
  let form: RowForm | undefined = cell.with.form === 'auto' ? undefined : cell.with.form;
  let idColumn = cell.with.id;
  let rows = 0;
  for await (const row of read()) {
    form ??= formOf(row);
    if (rows === 0) idColumn ??= 'row_id' in row.values ? 'row_id' : undefined;
    if (idColumn !== undefined) checkId(row, idColumn, places);
    const { row_id: _, ...values } = inForm(row, form);
    inference.add(values, row.place);
    rows += 1;
  }
  if (form === undefined) throw new CellFailure('user', 'it has no rows');
  return { form, columns: { row_id: 'utf8', ...inference.columns() }, rows, idColumn };
}

function checkId({ values, place }: RawRow, column: string, places: Map<string, string>): void {
  const value = values[column];
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new CellFailure('user', `${place} has no \`${column}\`, which is the row’s id`);
  const before = places.get(String(value));
  if (before !== undefined)
    throw new CellFailure('user', `${place} has the id \`${value}\` of ${before}: ids must be unique`);
  places.set(String(value), place);
}

function checkCount({ with: { rows: wanted } }: Load, rows: number): void {
  if (wanted === undefined || wanted === rows) return;
  throw new CellFailure(
    'user',
    `it has ${rows} rows, and the study says ${wanted}: take the file the study was written for, or correct \`rows\``,
  );
}

async function* normalised(
  read: RawRows,
  { form, columns, idColumn }: Pick<Survey, 'form' | 'columns' | 'idColumn'>,
): AsyncGenerator<Row> {
  let number = 0;
  for await (const raw of read()) {
    const values = inForm(raw, form);
    const id = idColumn === undefined ? String(number) : cellText(asColumn(raw.values[idColumn], 'utf8', raw));
    const entries = Object.entries(columns).map(
      ([name, type]) => [name, name === 'row_id' ? id : asColumn(values[name], type, raw)] as const,
    );
    yield Object.fromEntries(entries);
    number += 1;
  }
}
