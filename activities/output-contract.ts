/** What a cell must have made before its result counts: the declared outputs, whole, with the declared columns. */
import type { Artifact } from '../schemas/artifact.ts';
import { type OutputPort, type StepKind, outputPorts } from '../schemas/step-kind.ts';
import type { ColumnType, Columns } from '../schemas/table-schema.ts';
import { describeTable } from '../store/arrow/describe-table.ts';
import { openTable } from '../store/arrow/open-table.ts';
import type { BlobStore } from '../store/store.ts';
import { CellFailure } from './cell-failure.ts';

/** Columns of the tables that came in, by port: what `passes` refers to. */
export type InputColumns = (port: string) => Promise<Columns>;

export interface OutputsToCheck {
  readonly kind: StepKind;
  readonly keep: readonly string[];
  readonly outputs: { readonly [port: string]: Artifact | undefined };
  readonly inputColumns: InputColumns;
}

/**
 * Throws a `CellFailure` that names the output and what is wrong with it: missing, of another kind, other columns, or
 * numbers that are not finite. A result that fails here is never published.
 */
export async function checkOutputs(
  store: Pick<BlobStore, 'get' | 'open' | 'has'>,
  { kind, keep, outputs, inputColumns }: OutputsToCheck,
): Promise<void> {
  const ports = outputPorts(kind);
  const extra = Object.keys(outputs).find(name => ports[name] === undefined);
  if (extra !== undefined) throw broken(kind, extra, 'is not declared');
  for (const [name, port] of Object.entries(ports)) {
    const artifact = outputs[name];
    const wanted = port.kept === undefined || keep.includes(port.kept);
    if (artifact === undefined) {
      if (wanted) throw broken(kind, name, 'is missing');
      continue;
    }
    if (artifact.kind !== port.kind) throw broken(kind, name, `is a ${artifact.kind}, and ${port.kind} was declared`);
    if (!(await store.has(artifact.digest)))
      throw broken(kind, name, `is not in the store (${artifact.digest.slice(0, 12)})`);
    if (artifact.kind === 'table') await checkTable(store, kind, { name, port, artifact, inputColumns });
  }
}

interface TableToCheck {
  readonly name: string;
  readonly port: OutputPort;
  readonly artifact: Artifact;
  readonly inputColumns: InputColumns;
}

async function checkTable(
  store: Pick<BlobStore, 'get' | 'open'>,
  kind: StepKind,
  { name, port, artifact, inputColumns }: TableToCheck,
): Promise<void> {
  const table = await openTable(store, artifact.digest);
  const declared: Columns = { ...port.columns, ...(port.passes === undefined ? {} : await inputColumns(port.passes)) };
  for (const [column, type] of Object.entries(declared)) {
    const found = table.columns[column];
    if (found === undefined) throw broken(kind, name, `lacks the column \`${column}\``);
    if (!isOfType(found, type))
      throw broken(kind, name, `has the column \`${column}\` as ${found}, and ${type} was declared`);
  }
  const open = port.open === true || (port.columns === undefined && port.passes === undefined);
  const extra = Object.keys(table.columns).find(column => declared[column] === undefined);
  if (!open && extra !== undefined) throw broken(kind, name, `has the column \`${extra}\`, which was not declared`);
  const { columns, rows } = await describeTable(table);
  if (artifact.rows !== undefined && artifact.rows !== rows)
    throw broken(kind, name, `has ${rows} rows, and ${artifact.rows} were written`);
  const odd = columns.find(column => column.nans + column.infinities > 0);
  if (odd !== undefined) {
    const count = odd.nans + odd.infinities;
    throw broken(
      kind,
      name,
      `has ${count} numbers in \`${odd.name}\` that are not finite; a value that cannot be estimated is left empty`,
    );
  }
}

function isOfType(found: ColumnType, declared: ColumnType): boolean {
  return declared === 'float32[d]' ? /^float32\[\d+\]$/.test(found) : found === declared;
}

function broken(kind: StepKind, output: string, what: string): CellFailure {
  return new CellFailure('user', `internal: \`${kind.kind}\` broke its contract: the output \`${output}\` ${what}`);
}
