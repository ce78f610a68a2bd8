/**
 * Runs the body of a step kind as a worker does, context, contract and metrics included, on inputs given as rows. What
 * comes back is read from the store again.
 */
import { createMemoryStore } from '../../../store/memory-store.ts';
import { cellExecutor } from '../../../activities/execute-cell.ts';
import type { CellResult } from '../../../activities/compute.ts';
import type { StepBody } from '../../../activities/step-body.ts';
import type { Artifact } from '../../../schemas/artifact.ts';
import { type Json, jsonSchema } from '../../../schemas/json.ts';
import { type Metrics, metricsSchema } from '../../../schemas/metric.ts';
import type { StepKind } from '../../../schemas/step-kind.ts';
import type { Columns, Row } from '../../../schemas/table-schema.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { getJson } from '../../../store/json-artifact.ts';
import { type Weights, getWeights } from '../../../store/safetensors/weights.ts';
import type { Store } from '../../../store/store.ts';
import { type CellOptions, taskOf } from './cell-task.ts';

export interface BodyRunOptions extends CellOptions {
  readonly store?: Store;
  /** Aborted where the cell is to stop. */
  readonly signal?: AbortSignal;
  /** Between checkpoints; 30 unless given. */
  readonly checkpointSeconds?: number;
}

export interface BodyRun {
  /** The rows of a table output. */
  readonly rows: (port: string) => Promise<Row[]>;
  readonly columns: (port: string) => Promise<Columns>;
  readonly json: (port: string) => Promise<Json>;
  readonly weights: (port: string) => Promise<Weights>;
  readonly outputs: { readonly [port: string]: Artifact };
  /** {} of a kind without metrics. */
  readonly metrics: Metrics;
  readonly notes: { readonly [name: string]: Json };
  readonly backend: CellResult['backend'];
  readonly resumedAt: readonly number[];
}

/** Runs a body once; a failure is the `CellFailure` a worker would see. */
export async function runBody<Kind extends StepKind>(
  body: StepBody<Kind>,
  options: BodyRunOptions = {},
): Promise<BodyRun> {
  const store = options.store ?? createMemoryStore();
  const execute = cellExecutor({
    store,
    bodyOf: async () => body,
    resources: { backend: undefined, nativePackage: undefined },
    checkpointSeconds: options.checkpointSeconds ?? 30,
  });
  const task = await taskOf(store, body.kind, options);
  const result = await execute(task, {
    signal: options.signal ?? new AbortController().signal,
    onBegin: () => undefined,
    onProgress: () => undefined,
  });
  const outputOf = (port: string) => {
    const artifact = result.outputs[port];
    if (artifact === undefined)
      throw new Error(`no output ${port}; there are ${Object.keys(result.outputs).join(', ')}`);
    return artifact;
  };
  return {
    rows: port => readRows(store, outputOf(port)),
    columns: async port => (await openTable(store, outputOf(port).digest)).columns,
    weights: port => getWeights(store, outputOf(port).digest),
    json: port => getJson(store, outputOf(port).digest, jsonSchema),
    outputs: result.outputs,
    metrics:
      result.outputs['metrics'] === undefined
        ? {}
        : await getJson(store, result.outputs['metrics'].digest, metricsSchema),
    notes: result.notes,
    backend: result.backend,
    resumedAt: result.resumedAt,
  };
}

/** The message with which a body fails on these inputs. */
export async function failureOf<Kind extends StepKind>(body: StepBody<Kind>, options: BodyRunOptions): Promise<string> {
  try {
    await runBody(body, options);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it did not fail');
}

async function readRows(store: Store, { digest }: Artifact): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of (await openTable(store, digest)).rowsOf()) rows.push(row);
  return rows;
}
