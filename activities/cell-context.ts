/** What a step body may touch, made for one cell: its inputs out of the store, its outputs into it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type Coordinates, cellName } from '../schemas/plan.ts';
import type { StepKind } from '../schemas/step-kind.ts';
import { gatherTables } from '../store/arrow/gather-tables.ts';
import { openTable } from '../store/arrow/open-table.ts';
import { selectRows } from '../store/arrow/select-rows.ts';
import { createTableWriter, writeRows } from '../store/arrow/table-writer.ts';
import { getJson, putJson } from '../store/json-artifact.ts';
import { getWeights, putWeights } from '../store/safetensors/weights.ts';
import type { Store } from '../store/store.ts';
import { putTree } from '../store/tree-artifact.ts';
import { CellFailure } from './cell-failure.ts';
import type { CellTask, ResolvedInput, ResolvedPart } from './compute.ts';
import type {
  CellContext,
  Checkpointing,
  ComputeResources,
  InputPart,
  InputTable,
  OutsideWork,
  StepProgress,
  TableSource,
} from './step-body.ts';

/** Less than a worker gives its compute processes (ten seconds), so that these outlive what they started. */
const trainerGraceMilliseconds = 8000;

export interface ContextParts {
  readonly store: Store;
  readonly kind: StepKind;
  readonly task: CellTask;
  readonly resources: ComputeResources;
  readonly checkpoint: Checkpointing;
  readonly progress: (report: StepProgress) => Promise<void>;
  readonly usesBackend: CellContext['usesBackend'];
  readonly outside: Pick<OutsideWork, 'devices' | 'variables' | 'signal' | 'onGroup'>;
}

export function createCellContext(parts: ContextParts): CellContext {
  const { store, kind, task } = parts;
  const { cell, inputs } = task;
  return {
    name: cellName(cell.step, cell.at),
    at: cell.at,
    with: kind.with.parse(cell.with),
    seeds: cell.seeds,
    keep: cell.keep,
    ports: Object.keys(inputs),
    file: parameter => checkedFile(task, parameter),
    parts: port => partsAt(inputs[port]),
    missing: port =>
      (inputs[port]?.missing ?? []).map(({ at, reason }) => ({ at, axes: inputs[port]?.axes ?? [], reason })),
    table: async port => openInput(store, inputAt(inputs, port)),
    tableOf: source => openSource(store, source),
    weights: async port => getWeights(store, onlyPart(inputAt(inputs, port), port).artifact.digest),
    json: async (port, schema) => getJson(store, onlyPart(inputAt(inputs, port), port).artifact.digest, schema),
    jsonOf: (digest, schema) => getJson(store, digest, schema),
    writeTable: (columns, rows) => writeRows(store, columns, rows),
    tableWriter: columns => createTableWriter(store, columns),
    writeWeights: weights => putWeights(store, weights.tensors, weights.metadata),
    writeJson: value => putJson(store, value),
    writeTree: files => putTree(store, files),
    writeFile: async (path, bytes) => ({ path, digest: await store.put(bytes), bytes: bytes.length }),
    progress: parts.progress,
    checkpoint: parts.checkpoint,
    usesBackend: parts.usesBackend,
    outside: {
      ...parts.outside,
      run: task.run,
      key: cell.key,
      seeds: cell.seeds,
      files: cell.files,
      inputs,
      store,
      workFolder: () => store.workFolder(cell.key),
      logFolder: () => store.logFolder(task.run),
      seconds: cell.resources.time,
      graceMilliseconds: trainerGraceMilliseconds,
    },
    resources: parts.resources,
  };
}

function partsAt(input: ResolvedInput | undefined): InputPart[] {
  return (input?.parts ?? []).map(({ at, key, artifact }) => ({ key, at, axes: input?.axes ?? [], artifact }));
}

function inputAt(inputs: CellTask['inputs'], port: string): ResolvedInput {
  const input = inputs[port];
  if (input === undefined) throw new Error(`internal: nothing is connected to the port \`${port}\``);
  return input;
}

function onlyPart(input: ResolvedInput, port: string): ResolvedPart {
  const [part, ...more] = input.parts;
  if (part === undefined || more.length > 0) {
    throw new Error(`internal: the port \`${port}\` has ${input.parts.length} artifacts where one is read`);
  }
  return part;
}

async function openInput(store: Store, input: ResolvedInput): Promise<InputTable> {
  const sources = input.parts.map(({ artifact, where }) => sourceOf(artifact.digest, where));
  const [part] = input.parts;
  const plain = input.axes.length === 0 && input.parts.length === 1 && part !== undefined;
  if (plain) return { ...(await openSource(store, sourceOf(part.artifact.digest, part.where))), sources };
  const parts = input.parts.map(({ at, artifact, where }) => ({ at, digest: artifact.digest, where }));
  return { ...(await gatherTables(store, parts, { axes: input.axes })), sources };
}

async function openSource(store: Store, source: TableSource): Promise<InputTable> {
  const { digest, where } = source;
  const table = where === undefined ? await openTable(store, digest) : await selectRows(store, digest, where);
  return { ...table, sources: [source] };
}

function sourceOf(digest: TableSource['digest'], where: Coordinates | undefined): TableSource {
  return where === undefined ? { digest } : { digest, where };
}

/** The path of a file parameter, once its bytes are known to be those that the plan was made with. */
async function checkedFile({ cell }: CellTask, parameter: string): Promise<string> {
  const file = cell.files[parameter];
  if (file === undefined) throw new Error(`internal: parameter \`${parameter}\` names no file`);
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(file.path)) hash.update(piece);
  } catch (error) {
    throw new CellFailure(
      'user',
      `cannot read ${file.path}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  const digest = hash.digest('hex');
  if (digest === file.digest) return file.path;
  throw new CellFailure(
    'user',
    `${file.path} has changed since the plan was made (${file.digest.slice(0, 12)} then, ${digest.slice(0, 12)} now): run the study again to plan with what it holds now`,
  );
}
