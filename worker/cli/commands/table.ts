/** `espalier table STEP|CELL|DIGEST`: the rows of a result, with the axes of its cells as leading columns. */
import { z } from 'zod';
import type { Artifact } from '../../../schemas/artifact.ts';
import type { CellRecord } from '../../../schemas/cell-record.ts';
import type { Digest } from '../../../schemas/identity.ts';
import { metricsSchema } from '../../../schemas/metric.ts';
import type { Coordinates } from '../../../schemas/plan.ts';
import { stepKinds } from '../../../schemas/steps/registry.ts';
import type { CellValue } from '../../../schemas/table-schema.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { getJson } from '../../../store/json-artifact.ts';
import type { Store } from '../../../store/store.ts';
import { type FoundCells, findResult } from '../../run/find-result.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { describeMissing, missingCells } from '../../run/missing-result.ts';
import type { Command } from '../command.ts';
import { UsageError, exitCodes } from '../exit-codes.ts';
import { type ShownRow, printRows } from '../print-rows.ts';
import { count } from '../quantities.ts';

export interface TableArguments {
  readonly reference: string;
  readonly run: string | undefined;
  readonly csv: boolean;
}

export const table: Command<TableArguments> = async (context, { reference, run, csv }) => {
  const store = await openHomeStore(context.config.home);
  const found = await findResult(store, reference, run);
  const format = context.json ? 'json' : csv ? 'csv' : 'text';
  if (found.kind === 'artifact') {
    await printRows(context, format, rowsOfDigest(store, found.digest));
    return exitCodes.done;
  }
  if (found.kind === 'record') {
    await printRows(context, format, rowsOfRecord(store, found.record, {}, undefined));
    return exitCodes.done;
  }
  // Missing rows are never silent: a table with holes looks like a finished one.
  const [lost, ...more] = await missingCells(store, found.run, found.cells);
  const why = lost === undefined ? '' : await describeMissing(store, found.run, lost);
  if (lost !== undefined && more.length + 1 === found.cells.length)
    throw new UsageError(more.length === 0 ? why : `none of the ${found.cells.length} cells has a result; ${why}`);
  await printRows(context, format, rowsOfCells(store, found));
  if (lost !== undefined)
    context.terminal.say(`${more.length + 1} of ${count(found.cells.length, 'cell')} not shown; ${why}`);
  return exitCodes.done;
};

async function* rowsOfCells(store: Store, { cells, run, output }: FoundCells): AsyncGenerator<ShownRow> {
  for (const cell of cells) {
    const record = await store.record(cell.key, run.run);
    if (record !== undefined) yield* rowsOfRecord(store, record, cell.at, output);
  }
}

async function* rowsOfRecord(
  store: Store,
  record: CellRecord,
  at: Coordinates,
  output: string | undefined,
): AsyncGenerator<ShownRow> {
  const artifact = chosenOutput(record, output);
  for await (const row of rowsOfArtifact(store, artifact)) yield { ...at, ...row };
}

/** The output asked for, else the one its kind lists first. */
function chosenOutput(record: CellRecord, output: string | undefined): Artifact {
  const names = Object.keys(record.outputs);
  const declared = Object.keys(stepKinds.get(record.use)?.out ?? {});
  const wanted = output ?? declared.find(name => names.includes(name)) ?? names[0] ?? '';
  const artifact = record.outputs[wanted];
  if (artifact === undefined)
    throw new UsageError(`${record.name} has no output \`${wanted}\`; it has ${names.join(', ')}`);
  return artifact;
}

async function* rowsOfArtifact(store: Store, artifact: Artifact): AsyncGenerator<ShownRow> {
  if (artifact.kind === 'table') yield* rowsOfDigest(store, artifact.digest);
  else if (artifact.kind === 'json') yield* rowsOfJson(store, artifact.digest);
  else yield { kind: artifact.kind, digest: artifact.digest, bytes: artifact.bytes };
}

async function* rowsOfDigest(store: Store, digest: Digest): AsyncGenerator<ShownRow> {
  for await (const row of (await openTable(store, digest)).rowsOf()) yield row;
}

/** Metrics are rows, one per scalar; other JSON is one row. */
async function* rowsOfJson(store: Store, digest: Digest): AsyncGenerator<ShownRow> {
  const value = await getJson(store, digest, z.unknown());
  const metrics = metricsSchema.safeParse(value);
  if (metrics.success) for (const [metric, each] of Object.entries(metrics.data)) yield { metric, ...each };
  else if (typeof value === 'object' && value !== null)
    yield Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
  else yield { value: plain(value) };
}

function plain(value: unknown): CellValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  return JSON.stringify(value);
}
