/**
 * The behaviour of a step kind: a function from what arrives at its ports to what it gives. One file per kind in
 * activities/steps, checked against the kind's declaration.
 */
import type { z } from 'zod';
import type { Artifact } from '../schemas/artifact.ts';
import type { Environment } from '../schemas/cell-record.ts';
import type { CellKey, Digest } from '../schemas/identity.ts';
import type { Json } from '../schemas/json.ts';
import type { Metrics } from '../schemas/metric.ts';
import type { AxisValue, Coordinates, PlanCell } from '../schemas/plan.ts';
import type { ProcessMark } from '../schemas/process-mark.ts';
import type { StepKind } from '../schemas/step-kind.ts';
import type { Columns, Row } from '../schemas/table-schema.ts';
import type { Table } from '../store/arrow/table.ts';
import type { TableWriter } from '../store/arrow/table-writer.ts';
import type { Weights } from '../store/safetensors/weights.ts';
import type { Store } from '../store/store.ts';
import type { TreeFile } from '../store/tree-artifact.ts';
import type { ResolvedInputs } from './compute.ts';

/** `run` and what a context offers by port are methods, so that the body of any one kind is a body. */
export interface StepBody<Kind extends StepKind = StepKind> {
  readonly kind: Kind;
  run(cell: CellContext<Kind>): Promise<StepResult<Kind>>;
}

/** Ties a body to its declaration. */
export function stepBody<const Kind extends StepKind>(
  kind: Kind,
  run: (cell: CellContext<Kind>) => Promise<StepResult<Kind>>,
): StepBody<Kind> {
  return { kind, run };
}

type OutputName<Kind extends StepKind> = Extract<keyof Kind['out'], string>;

/** What a step gives: its artifacts by port (kept ones only when asked for), its scalars, and what to remember. */
export interface StepResult<Kind extends StepKind = StepKind> {
  readonly outputs: { readonly [port in OutputName<Kind>]?: Artifact };
  readonly metrics?: { readonly [metric in Extract<keyof Kind['metrics'], string>]?: Metrics[string] };
  /** Counts and findings for the record: mask statistics, rows cut, the backend's choices. */
  readonly notes?: { readonly [name: string]: Json };
  /** Of work that keeps its own checkpoints: seconds of earlier attempts, and steps at which it was taken up again. */
  readonly earlier?: { readonly seconds: number; readonly resumedAt: readonly number[] };
}

type PortName<Kind extends StepKind> = '*' extends keyof Kind['in'] ? string : Extract<keyof Kind['in'], string>;

/** All that a step may touch. */
export interface CellContext<Kind extends StepKind = StepKind> {
  /** Its name, for messages: `em[condition=control, em_seed=1]`. */
  readonly name: string;
  readonly at: Coordinates;
  readonly with: z.output<Kind['with']>;
  readonly seeds: { readonly [seed in Kind['seeds'][number]]: number };
  readonly keep: readonly string[];
  readonly ports: readonly string[];
  /** Absolute path of a parameter that names a file; its bytes were hashed when the plan was made and are checked here. */
  readonly file: (parameter: string) => Promise<string>;

  /** Parts at a port, each at its place on the gathered axes; empty where an optional port was left out. */
  parts(port: PortName<Kind>): readonly InputPart[];
  /** Parts the plan asked for at a port that are not there (a quorum let the cell run without them). */
  missing(port: PortName<Kind>): readonly MissingPart[];
  /** The table at a port: gathered (axes as leading columns), scattered (its own rows) or plain. */
  table(port: PortName<Kind>): Promise<InputTable>;
  /** A table of the store by digest: the training rows that a model's history names. */
  readonly tableOf: (source: TableSource) => Promise<InputTable>;
  /** A `json` artifact of the store by digest: a part of a gathered port. */
  readonly jsonOf: <Value>(digest: Digest, schema: z.ZodType<Value>) => Promise<Value>;
  weights(port: PortName<Kind>): Promise<Weights>;
  json<Value>(port: PortName<Kind>, schema: z.ZodType<Value>): Promise<Value>;

  readonly writeTable: (columns: Columns, rows: Iterable<Row> | AsyncIterable<Row>) => Promise<Artifact>;
  /** For tables too large to go row by row. */
  readonly tableWriter: (columns: Columns) => Promise<TableWriter>;
  readonly writeWeights: (weights: Weights) => Promise<Artifact>;
  readonly writeJson: (value: Json) => Promise<Artifact>;
  /** A tree of files whose bytes are in the store (`writeFile`). */
  readonly writeTree: (files: readonly TreeFile[]) => Promise<Artifact>;
  readonly writeFile: (path: string, bytes: Uint8Array) => Promise<TreeFile>;

  /** Work that takes long says how far it is; also the moment at which it hears that it should stop. */
  readonly progress: (report: StepProgress) => Promise<void>;
  readonly checkpoint: Checkpointing;
  /** What a step needs that lets another program do the work. */
  readonly outside: OutsideWork;
  /** Says what numerical backend was used, for the record. */
  readonly usesBackend: (backend: NonNullable<Environment['backend']>) => void;
  readonly resources: ComputeResources;
}

/** An artifact at a port. */
export interface InputPart {
  /** Key of the cell that made it: what a number is traced by. */
  readonly key: CellKey;
  readonly at: readonly AxisValue[];
  readonly axes: readonly string[];
  readonly artifact: Artifact;
}

export interface MissingPart {
  readonly at: readonly AxisValue[];
  readonly axes: readonly string[];
  readonly reason: string;
}

/** A table to read, batch by batch, and the stored tables it is made of. */
export interface InputTable extends Table {
  /** Names the data in a model's training history. */
  readonly sources: readonly TableSource[];
}

/** A stored table, or those of its rows whose columns have the given values. */
export interface TableSource {
  readonly digest: Digest;
  readonly where?: Coordinates;
}

export interface StepProgress {
  readonly step: number;
  readonly steps: number;
  readonly loss?: number;
  /** The step from which a next attempt would go on, of work that keeps its own checkpoints. */
  readonly checkpoint?: number;
}

/** What belongs to a cell beyond this process: folders, devices, time, and the store's files as files. */
export interface OutsideWork {
  readonly run: string;
  readonly key: CellKey;
  readonly seeds: { readonly [seed: string]: number };
  /** Files, folders and outputs that are in the key, as the plan found them. */
  readonly files: PlanCell['files'];
  /** The inputs, resolved. */
  readonly inputs: ResolvedInputs;
  readonly store: Pick<Store, 'put' | 'takeFile' | 'open' | 'get' | 'createBlob'>;
  /** Kept across attempts, removed once the result is published. */
  readonly workFolder: () => Promise<string>;
  readonly logFolder: () => Promise<string>;
  /** Ids of devices that are this cell's alone. */
  readonly devices: readonly string[];
  /** Those of the worker's environment variables that are set, of the ones named. */
  readonly variables: (names: readonly string[]) => { readonly [name: string]: string };
  /** Aborted when the cell should stop. */
  readonly signal: AbortSignal;
  /** Seconds that an attempt may take. */
  readonly seconds: number;
  /** Between the request to stop and the end of whoever does not. */
  readonly graceMilliseconds: number;
  /** Says that a group of processes works for the cell from now on, and must end with it. */
  readonly onGroup: (leader: ProcessMark) => void;
}

/** The state of unfinished work, kept across attempts. */
export interface Checkpointing {
  /** What the last attempt left, if anything. */
  readonly load: () => Promise<Weights | undefined>;
  /** True when it is time to save again, or when the cell was told to stop. */
  readonly due: () => boolean;
  /** Saves the state after so many steps. */
  readonly save: (state: Weights, step: number) => Promise<void>;
}

/** What a worker lets a step compute with. */
export interface ComputeResources {
  /** A backend that must be used; the best that loads without it. */
  readonly backend: 'native' | 'wasm' | 'cpu' | undefined;
  /** The folder of a tfjs-node package that is ready to load. */
  readonly nativePackage: string | undefined;
}
