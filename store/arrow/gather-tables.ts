/**
 * Many tables as one: the axes they are gathered over become leading `category` columns. Parts are opened when the
 * reading comes to them, so that a thousand of them cost the memory of one batch.
 */
import type { Digest } from '../../schemas/identity.ts';
import type { AxisValue, Coordinates } from '../../schemas/plan.ts';
import type { ColumnType, Columns } from '../../schemas/table-schema.ts';
import type { BlobStore } from '../store.ts';
import { type Column, columnList } from './column-list.ts';
import { constantVector } from './column-vector.ts';
import { TableMismatchError } from './errors.ts';
import { type StoredTable, openTable } from './open-table.ts';
import { selectFrom } from './select-rows.ts';
import { type Table, type TableBatch, makeBatch, makeTable } from './table.ts';

export interface TablePart {
  /** Its place: a value for each axis, in their order. */
  readonly at: readonly AxisValue[];
  readonly digest: Digest;
  /** Only the rows whose columns have these values. */
  readonly where?: Coordinates | undefined;
}

export interface Gathering {
  /** Names of the axes, in the order of `at`. */
  readonly axes: readonly string[];
  /** The columns of parts, for the case that there are none to say. */
  readonly columns?: Columns;
}

/**
 * One table of all parts, in their order: the axes first, then the columns of the parts. All parts must have the same
 * columns by name and type, in whatever order (the first part's is taken); a `TableMismatchError` names two that
 * differ. A column of the parts that is called like an axis must hold the part's own value, and becomes that axis.
 */
export async function gatherTables(
  store: Pick<BlobStore, 'get' | 'open'>,
  parts: readonly TablePart[],
  { axes, columns }: Gathering,
): Promise<Table> {
  const opened = await openParts(store, parts, axes);
  const first = opened[0]?.described;
  for (const { described } of opened) checkSame(first ?? described, described);
  const present = first?.columns ?? columnList(columns ?? {});
  const axisColumns = axes.map((name): Column => ({ name, type: 'category' }));
  return makeTable({
    columns: [...axisColumns, ...present.filter(({ name }) => !axes.includes(name))],
    rows: opened.some(({ rows }) => rows === undefined)
      ? undefined
      : opened.reduce((sum, { rows = 0 }) => sum + rows, 0),
    readBatches: wanted => gatheredBatches({ store, axes, parts: opened, present }, wanted),
  });
}

interface Described {
  /** For messages: `[seed=3, subset=7]`. */
  readonly name: string;
  readonly columns: readonly Column[];
}

interface OpenedPart extends TablePart {
  readonly described: Described;
  /** undefined where only some of its rows are taken. */
  readonly rows: number | undefined;
  /** Kept open where it is small. */
  readonly table: StoredTable | undefined;
}

/** Parts opened at the same time. */
const openedAtOnce = 16;

/** Bytes of small tables kept from their opening to their reading. */
const keptBytes = 2 ** 24;

async function openParts(
  store: Pick<BlobStore, 'get' | 'open'>,
  parts: readonly TablePart[],
  axes: readonly string[],
): Promise<OpenedPart[]> {
  const opened: OpenedPart[] = [];
  let kept = 0;
  for (let start = 0; start < parts.length; start += openedAtOnce) {
    const some = parts.slice(start, start + openedAtOnce);
    const tables = await Promise.all(some.map(({ digest }) => openTable(store, digest)));
    for (const [index, part] of some.entries()) {
      const table = tables[index];
      if (table === undefined) continue;
      kept += table.bytes;
      opened.push({
        ...part,
        described: { name: partName(axes, part.at), columns: columnList(table.columns) },
        rows: part.where === undefined ? table.rows : undefined,
        table: kept <= keptBytes ? table : undefined,
      });
    }
  }
  return opened;
}

/** A part's place for a message: `[seed=3, subset=7]`. */
function partName(axes: readonly string[], at: readonly AxisValue[]): string {
  if (at.length !== axes.length) throw new Error(`internal: a part at ${at.length} places of ${axes.length} axes`);
  return `[${axes.map((axis, index) => `${axis}=${at[index]}`).join(', ')}]`;
}

function checkSame(first: Described, second: Described): void {
  const types = new Map<string, ColumnType>(second.columns.map(({ name, type }) => [name, type]));
  for (const { name, type } of first.columns) {
    const found = types.get(name);
    if (found === undefined) throw mismatch(first, second, `the one has a column \`${name}\`, the other has none`);
    if (found !== type)
      throw mismatch(first, second, `column \`${name}\` is ${type} in the one, ${found} in the other`);
  }
  const known = new Set(first.columns.map(({ name }) => name));
  const extra = second.columns.find(({ name }) => !known.has(name));
  if (extra !== undefined) throw mismatch(second, first, `the one has a column \`${extra.name}\`, the other has none`);
}

function mismatch(one: Described, other: Described, problem: string): TableMismatchError {
  return new TableMismatchError(`the tables at ${one.name} and ${other.name} cannot be gathered: ${problem}`);
}

interface Gathered {
  readonly store: Pick<BlobStore, 'get' | 'open'>;
  readonly axes: readonly string[];
  readonly parts: readonly OpenedPart[];
  /** Columns that the parts have. */
  readonly present: readonly Column[];
}

async function* gatheredBatches(
  { store, axes, parts, present }: Gathered,
  wanted: readonly Column[],
): AsyncGenerator<TableBatch> {
  const shadowed = axes.filter(axis => present.some(({ name }) => name === axis));
  const read = [...new Set([...wanted.map(({ name }) => name).filter(name => !axes.includes(name)), ...shadowed])];
  let first = 0;
  for (const { digest, at, where, described, ...part } of parts) {
    const table = part.table ?? (await openTable(store, digest));
    const selected = where === undefined ? table : selectFrom(table, where);
    for await (const batch of selected.batches({ columns: read })) {
      for (const axis of shadowed)
        checkOwnValue(batch, { axis, value: String(at[axes.indexOf(axis)]), part: described.name });
      yield makeBatch(
        first,
        batch.rows,
        wanted.map(column => {
          const axis = axes.indexOf(column.name);
          return [column, axis < 0 ? batch.column(column.name) : constantVector(String(at[axis]), batch.rows)] as const;
        }),
      );
      first += batch.rows;
    }
  }
}

function checkOwnValue(
  batch: TableBatch,
  { axis, value, part }: { readonly axis: string; readonly value: string; readonly part: string },
): void {
  const vector = batch.column(axis);
  for (let row = 0; row < batch.rows; row += 1) {
    const found = vector.value(row);
    if (found !== null && typeof found !== 'object' && String(found) === value) continue;
    throw new TableMismatchError(
      `the table at ${part} has a column \`${axis}\` of its own, which says ${JSON.stringify(found)} in row ` +
        `${batch.first + row}: rename that column or the axis`,
    );
  }
}
