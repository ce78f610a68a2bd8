/** A cell's inputs as files of a trainer: copies, verified on their way, so that nothing it does reaches the store. */
import { createHash } from 'node:crypto';
import { open, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Artifact } from '../../schemas/artifact.ts';
import type { Coordinates } from '../../schemas/plan.ts';
import type { TableFormat, TrainerFile, TrainerInput } from '../../schemas/trainer-contract.ts';
import { exportTable } from '../../store/arrow/export-table.ts';
import { writeRows } from '../../store/arrow/table-writer.ts';
import { CorruptBlobError } from '../../store/errors.ts';
import { extractTree } from '../../store/tree-artifact.ts';
import type { ResolvedInput, ResolvedPart } from '../compute.ts';
import type { CellContext, OutsideWork } from '../step-body.ts';

export interface InputsToWrite {
  readonly cell: Pick<CellContext, 'table' | 'outside'>;
  readonly formats: { readonly [port: string]: TableFormat };
  readonly folder: string;
}

/** Writes every input below the folder, and says where. A gathered table is one table, its axes the leading columns. */
export async function writeInputs({
  cell,
  formats,
  folder,
}: InputsToWrite): Promise<{ readonly [port: string]: TrainerInput }> {
  const written: [string, TrainerInput][] = [];
  for (const [port, input] of Object.entries(cell.outside.inputs)) {
    const isTable = input.parts.every(({ artifact }) => artifact.kind === 'table');
    const [only] = input.parts;
    const target = path.join(folder, port);
    if (isTable)
      written.push([port, await writeTable(cell, { port, input, format: formats[port] ?? 'arrow', target })]);
    else if (input.axes.length === 0 && only !== undefined)
      written.push([port, await writeFile(cell.outside, only.artifact, target)]);
    else written.push([port, { parts: await writeParts(cell.outside, input, target) }]);
  }
  return Object.fromEntries(written);
}

async function writeParts({ store }: OutsideWork, input: ResolvedInput, folder: string) {
  await mkdir(folder);
  const parts: (TrainerFile & { readonly at: Coordinates })[] = [];
  for (const [index, part] of input.parts.entries()) {
    const file = await writeFile({ store }, part.artifact, path.join(folder, String(index)));
    parts.push({ ...file, at: placeOf(input, part) });
  }
  return parts;
}

function placeOf({ axes }: ResolvedInput, { at }: ResolvedPart): Coordinates {
  return Object.fromEntries(axes.flatMap((axis, index) => (at[index] === undefined ? [] : [[axis, at[index]]])));
}

const endings = { weights: '.safetensors', json: '.json', tree: '', table: '' } as const;

async function writeFile(
  { store }: Pick<OutsideWork, 'store'>,
  artifact: Artifact,
  target: string,
): Promise<TrainerFile> {
  const file = target + endings[artifact.kind];
  if (artifact.kind === 'tree') {
    await mkdir(file);
    await extractTree(store, artifact.digest, file);
  } else await copyBlob(store, artifact, file);
  return { kind: artifact.kind, path: file };
}

interface TableTarget {
  readonly port: string;
  readonly input: ResolvedInput;
  readonly format: TableFormat;
  readonly target: string;
}

async function writeTable(
  { table, outside: { store } }: Pick<CellContext, 'table' | 'outside'>,
  { port, input, format, target }: TableTarget,
): Promise<TrainerFile> {
  const file = `${target}.${format}`;
  const [part, ...more] = input.parts;
  const isStoredSo = input.axes.length === 0 && more.length === 0 && part?.where === undefined;
  if (format === 'arrow' && isStoredSo && part !== undefined) await copyBlob(store, part.artifact, file);
  else {
    const rows = await table(port);
    if (format === 'jsonl') await writePieces(file, exportTable(rows, 'jsonl'));
    // Gathered, or some of the rows: a table of its own.
    else await copyBlob(store, await writeRows(store, rows.columns, rows.rowsOf()), file);
  }
  return { kind: 'table', path: file, format };
}

/** Copied in pieces of this size: weights are larger than memory should have to be. */
const pieceBytes = 2 ** 22;

async function copyBlob(
  store: OutsideWork['store'],
  { digest }: Pick<Artifact, 'digest'>,
  file: string,
): Promise<void> {
  const reader = await store.open(digest);
  const hash = createHash('sha256');
  try {
    await writePieces(file, piecesOf(reader, hash));
  } finally {
    await reader.close();
  }
  if (hash.digest('hex') !== digest) throw new CorruptBlobError(digest);
}

async function* piecesOf(
  reader: Awaited<ReturnType<OutsideWork['store']['open']>>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < reader.bytes; offset += pieceBytes) {
    const piece = await reader.read(offset, Math.min(pieceBytes, reader.bytes - offset));
    hash.update(piece);
    yield piece;
  }
}

async function writePieces(file: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    for await (const piece of pieces) await handle.writeFile(piece);
  } finally {
    await handle.close();
  }
}
