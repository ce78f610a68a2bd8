/**
 * A step kind: what a kind of work takes, gives and needs. Declarations only, no behaviour: the planner checks studies
 * against them, the editor schema is made from them, and activities/steps/<kind>.ts does the work.
 */
import type { z } from 'zod';
import type { ArtifactKind } from './artifact.ts';
import type { Json } from './json.ts';
import type { Columns } from './table-schema.ts';

export interface InputPort {
  readonly summary: string;
  /** The artifact kind it takes; `any` takes all four. */
  readonly kind: ArtifactKind | 'any';
  /** It may be left out. */
  readonly optional?: true;
  /**
   * It takes an input that has axes which the step has not: tables arrive as one table with each such axis as a leading
   * `category` column, other artifacts as a list labelled by axis values.
   */
  readonly gathers?: true;
  /** Columns a table must have here, with their types. */
  readonly columns?: Columns;
}

export interface OutputPort {
  readonly summary: string;
  readonly kind: ArtifactKind;
  /** Columns a table will have, checked before it is published. */
  readonly columns?: Columns;
  /** The input port whose table's other columns come through unchanged (they follow `columns`). */
  readonly passes?: string;
  /** It may carry columns that only the data decide (`load-rows`). */
  readonly open?: true;
  /** It exists only where the step says `keep:` with this word. */
  readonly kept?: string;
}

/** What a cell asks of the worker that runs it; a study may say otherwise with `resources:`. */
export interface Resources {
  /** Compute slots (one core each). */
  readonly cpu: number;
  readonly gpu: number;
  /** Bytes. */
  readonly memory: number;
  /** Seconds after which an attempt is ended. */
  readonly time: number;
}

/** Parameters by name, after defaults and expressions. */
export type Parameters = { readonly [parameter: string]: Json };

/** Something outside the study whose content is in the key, under a name of its own. */
export type KeySource = {
  /** What the key calls it; no parameter's name. */
  readonly name: string;
  /** Where the study names it: below the step's `with`. */
  readonly at: readonly (string | number)[];
} & (
  | {
      /** A file, or a folder with all below it, relative to the study. */
      readonly kind: 'files';
      readonly path: string;
    }
  | {
      /** What a command prints when it is run in the study's folder. */
      readonly kind: 'output';
      readonly command: readonly string[];
    }
);

export interface StepKind {
  /** Kebab-case; also the name of its two files. */
  readonly kind: string;
  /** Raise it with every change of behaviour: it is how code is part of a key (test/schemas/step-versions guards it). */
  readonly version: number;
  readonly summary: string;
  /** `light` cells run inside the worker, many to an activity; `heavy` ones each in a compute process. */
  readonly weight: 'light' | 'heavy';
  /** A strict object; defaults are filled before the key is made. */
  readonly with: z.ZodObject;
  /** Named seeds it draws from; every one must be named in the study. */
  readonly seeds: readonly string[];
  /** Inputs by port. The port `*` stands for any number of further ports of the study's own naming. */
  readonly in: { readonly [port: string]: InputPort };
  /** Outputs by port; the first is the one that `table` and a bare reference mean. */
  readonly out: { readonly [port: string]: OutputPort };
  /** Scalars it reports, by name; where there are any, the cell has a further `json` output called `metrics`. */
  readonly metrics: { readonly [metric: string]: string };
  /** Parameters that name a file (relative to the study): its digest, not its path, is in the key. */
  readonly files?: readonly string[];
  /** What else of the machine is in the key, as the parameters of a step name it. */
  readonly keySources?: (parameters: Parameters) => readonly KeySource[];
  /** Parameters that never change what comes out: they are left out of the key. */
  readonly unkeyed?: readonly string[];
  /** Further outputs that each step declares for itself, in a parameter that must be the same for all its cells. */
  readonly ownOutputs?: {
    readonly parameter: string;
    /** The ports that a value declares; undefined where the parameter's schema refuses it. */
    readonly read: (declared: Json) => { readonly [port: string]: OutputPort } | undefined;
  };
  /** Each step names seeds of its own: whatever it writes under `seed:`. */
  readonly ownSeeds?: true;
  /** Every cell counts as its own: axis values are in the key even where nothing else differs. */
  readonly keyedByAxes?: true;
  /** Defaults of what a cell asks for. */
  readonly resources?: Partial<Resources>;
}

/** Keeps the literal type of a declaration, so that its implementation is checked against it. */
export function defineStepKind<const Kind extends StepKind>(kind: Kind): Kind {
  return kind;
}

const metricsPort: OutputPort = { kind: 'json', summary: 'the reported scalars, by name (see schemas/metric)' };

/** All outputs, the implied `metrics` among them. */
export function outputPorts(kind: StepKind): { readonly [port: string]: OutputPort } {
  return Object.keys(kind.metrics).length > 0 ? { ...kind.out, metrics: metricsPort } : kind.out;
}

/** Without any word from kind or study: one slot, no GPU, 1 GB, an hour. */
export const defaultResources: Resources = { cpu: 1, gpu: 0, memory: 1e9, time: 3600 };
