/** A cell of a step kind with its inputs in a store, as a worker gets it: for tests that run bodies by themselves. */
import { createHash } from 'node:crypto';
import type { CellTask, ResolvedInput } from '../../../activities/compute.ts';
import type { Artifact } from '../../../schemas/artifact.ts';
import { cellKeySchema } from '../../../schemas/identity.ts';
import type { Json } from '../../../schemas/json.ts';
import type { AxisValue, Coordinates, PlanCell } from '../../../schemas/plan.ts';
import { type Resources, type StepKind, defaultResources } from '../../../schemas/step-kind.ts';
import type { Columns, Row } from '../../../schemas/table-schema.ts';
import { writeRows } from '../../../store/arrow/table-writer.ts';
import { putJson } from '../../../store/json-artifact.ts';
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

export interface CellOptions {
  /** Parameters; defaults are filled in. */
  readonly with?: { readonly [parameter: string]: Json };
  readonly seeds?: { readonly [seed: string]: number };
  readonly in?: { readonly [port: string]: GivenInput };
  /** Files by the parameter that names them. */
  readonly files?: PlanCell['files'];
  readonly keep?: readonly string[];
  readonly at?: Coordinates;
  readonly resources?: Partial<Resources>;
  /** What the cell's key is made of: cells of one name share their checkpoint. The kind unless given. */
  readonly name?: string;
}

/** The task of running a kind once. */
export async function taskOf(store: Store, kind: StepKind, options: CellOptions = {}): Promise<CellTask> {
  const given = Object.entries(options.in ?? {});
  const inputs = await Promise.all(given.map(async ([port, input]) => [port, await storeInput(store, input)] as const));
  return {
    run: 'test-1',
    cell: {
      index: 0,
      step: kind.kind,
      at: options.at ?? {},
      key: keyOf(options.name ?? kind.kind),
      use: kind.kind,
      version: kind.version,
      weight: kind.weight,
      with: kind.with.parse(options.with ?? {}) as { [parameter: string]: Json },
      seeds: options.seeds ?? Object.fromEntries(kind.seeds.map(seed => [seed, 0])),
      keep: [...(options.keep ?? [])],
      inputs: {},
      files: { ...options.files },
      guards: [],
      resources: { ...defaultResources, ...options.resources },
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

function keyOf(name: string) {
  return cellKeySchema.parse(createHash('sha256').update(name).digest('hex'));
}
