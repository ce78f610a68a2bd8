/** Tables that a trainer wrote, read in the types that the study declares, every number finite. */
import type { Artifact } from '../../schemas/artifact.ts';
import type { CellValue, ColumnType, Columns, Row } from '../../schemas/table-schema.ts';
import { writeRows } from '../../store/arrow/table-writer.ts';
import { CellFailure } from '../cell-failure.ts';
import { arrowRows } from '../row-formats/arrow.ts';
import { asColumn, createColumnInference } from '../row-formats/column-inference.ts';
import { jsonlRows } from '../row-formats/jsonl.ts';
import type { RawRow, RawRows } from '../row-formats/raw-row.ts';
import type { OutsideWork } from '../step-body.ts';
import type { DeclaredOutput } from '../../schemas/steps/exec.ts';

type DeclaredTable = Extract<DeclaredOutput, { readonly kind: 'table' }>;

/** Stores the table in a file; a `CellFailure` of class `user` says which row is not as declared. */
export async function takeTable(store: OutsideWork['store'], file: string, declared: DeclaredTable): Promise<Artifact> {
  const read = declared.format === 'jsonl' ? jsonlRows(file) : arrowRows(file);
  const columns = declared.columns ?? (await inferred(read));
  const artifact = await writeRows(store, columns, checkedRows(read, columns));
  if (declared.rows !== undefined && artifact.rows !== declared.rows)
    throw new CellFailure('user', `it has ${artifact.rows} rows, and the study declares ${declared.rows}`);
  return artifact;
}

async function inferred(read: RawRows): Promise<Columns> {
  const inference = createColumnInference();
  for await (const { values, place } of read()) inference.add(values, place);
  return inference.columns();
}

async function* checkedRows(read: RawRows, columns: Columns): AsyncGenerator<Row> {
  for await (const raw of read()) {
    const extra = Object.keys(raw.values).find(name => columns[name] === undefined);
    if (extra !== undefined)
      throw new CellFailure('user', `${raw.place} has the column \`${extra}\`, which is not declared`);
    yield Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, valueOf(raw, name, type)]));
  }
}

function valueOf(raw: RawRow, name: string, type: ColumnType): CellValue {
  if (!Object.hasOwn(raw.values, name)) throw new CellFailure('user', `${raw.place} lacks the column \`${name}\``);
  const value = asColumn(raw.values[name], type, raw);
  const isBad = typeof value === 'number' ? !Number.isFinite(value) : isNumbers(value) && !value.every(Number.isFinite);
  if (isBad)
    throw new CellFailure(
      'user',
      `${raw.place} has a number in \`${name}\` that is not finite; leave empty what cannot be estimated`,
    );
  return value;
}

function isNumbers(value: CellValue): value is Float32Array | Int32Array | readonly number[] {
  if (value instanceof Float32Array || value instanceof Int32Array) return true;
  return Array.isArray(value) && value.every(item => typeof item === 'number');
}
