/**
 * Runs the body of a step kind as a worker does, context, contract and metrics included, on inputs given as rows. What
 * comes back is read from the store again.
 */
import { createHash } from 'node:crypto';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { cellExecutor } from '../../../activities/execute-cell.ts';
import type { CellTask, ResolvedInput } from '../../../activities/compute.ts';
import type { StepBody } from '../../../activities/step-body.ts';
import type { Artifact } from '../../../schemas/artifact.ts';
import { cellKeySchema } from '../../../schemas/identity.ts';
import type { Json } from '../../../schemas/json.ts';
import { type Metrics, metricsSchema } from '../../../schemas/metric.ts';
import type { AxisValue, Coordinates } from '../../../schemas/plan.ts';
import { type StepKind, defaultResources } from '../../../schemas/step-kind.ts';
import type { Columns, Row } from '../../../schemas/table-schema.ts';
import { jsonSchema } from '../../../schemas/json.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { writeRows } from '../../../store/arrow/table-writer.ts';
import { getJson, putJson } from '../../../store/json-artifact.ts';
import type { Store } from '../../../store/store.ts';

/**
 * What arrives at a port: a table; parts gathered over axes, all with the same columns; a json value; or artifacts of
 * `options.store`.
 */
export type GivenInput =
  | { readonly columns: Columns; readonly rows: readonly Row[] }
  | {
      readonly columns: Columns;
      readonly axes: readonly string[];
      readonly parts: readonly { readonly at: readonly AxisValue[]; readonly rows: readonly Row[] }[];
    }
  | { readonly json: Json }
  | {
      readonly axes: readonly string[];
      readonly artifacts: readonly { readonly at: readonly AxisValue[]; readonly artifact: Artifact }[];
    };

export interface BodyRunOptions {
  /** Parameters; defaults are filled in. */
  readonly with?: { readonly [parameter: string]: Json };
  readonly seeds?: { readonly [seed: string]: number };
  readonly in?: { readonly [port: string]: GivenInput };
  readonly keep?: readonly string[];
  readonly at?: Coordinates;
  readonly store?: Store;
}

export interface BodyRun {
  /** The rows of a table output. */
  readonly rows: (port: string) => Promise<Row[]>;
  readonly json: (port: string) => Promise<Json>;
  readonly outputs: { readonly [port: string]: Artifact };
  /** {} of a kind without metrics. */
  readonly metrics: Metrics;
  readonly notes: { readonly [name: string]: Json };
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
    checkpointSeconds: 30,
  });
  const task = await taskOf(store, body.kind, options);
  const result = await execute(task, { signal: new AbortController().signal, onProgress: () => undefined });
  const outputOf = (port: string) => {
    const artifact = result.outputs[port];
    if (artifact === undefined)
      throw new Error(`no output ${port}; there are ${Object.keys(result.outputs).join(', ')}`);
    return artifact;
  };
  return {
    rows: port => readRows(store, outputOf(port)),
    json: port => getJson(store, outputOf(port).digest, jsonSchema),
    outputs: result.outputs,
    metrics:
      result.outputs['metrics'] === undefined
        ? {}
        : await getJson(store, result.outputs['metrics'].digest, metricsSchema),
    notes: result.notes,
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

async function taskOf(store: Store, kind: StepKind, options: BodyRunOptions): Promise<CellTask> {
  const given = Object.entries(options.in ?? {});
  const inputs = await Promise.all(given.map(async ([port, input]) => [port, await storeInput(store, input)] as const));
  return {
    run: 'test-1',
    cell: {
      index: 0,
      step: kind.kind,
      at: options.at ?? {},
      key: keyOf(kind.kind),
      use: kind.kind,
      version: kind.version,
      weight: kind.weight,
      with: kind.with.parse(options.with ?? {}) as { [parameter: string]: Json },
      seeds: options.seeds ?? Object.fromEntries(kind.seeds.map(seed => [seed, 0])),
      keep: [...(options.keep ?? [])],
      inputs: {},
      files: {},
      guards: [],
      resources: defaultResources,
    },
    inputs: Object.fromEntries(inputs),
  };
}

async function storeInput(store: Store, input: GivenInput): Promise<ResolvedInput> {
  const key = keyOf('input');
  const resolved = (axes: readonly string[], parts: readonly { at: readonly AxisValue[]; artifact: Artifact }[]) => ({
    axes,
    parts: parts.map(part => ({ ...part, key, output: 'out' })),
    missing: [],
  });
  if ('artifacts' in input) return resolved(input.axes, input.artifacts);
  if ('json' in input) return resolved([], [{ at: [], artifact: await putJson(store, input.json) }]);
  if ('rows' in input) return resolved([], [{ at: [], artifact: await writeRows(store, input.columns, input.rows) }]);
  const parts = await Promise.all(
    input.parts.map(async ({ at, rows }) => ({ at, artifact: await writeRows(store, input.columns, rows) })),
  );
  return resolved(input.axes, parts);
}

async function readRows(store: Store, { digest }: Artifact): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of (await openTable(store, digest)).rowsOf()) rows.push(row);
  return rows;
}

function keyOf(name: string) {
  return cellKeySchema.parse(createHash('sha256').update(name).digest('hex'));
}
