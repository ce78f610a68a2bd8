/**
 * The contract between the engine and an external trainer, version 1: the config file the trainer reads, the lines it
 * prints, the formats of its files. docs/external-trainers.md says the same to people.
 */
import { z } from 'zod';
import type { Json } from './json.ts';
import type { AxisValue, Coordinates } from './plan.ts';

/** Raised with every change that an existing trainer would notice. */
export const contractVersion = 1;

/** The environment variable that holds the path of the config file. */
export const configVariable = 'ESPALIER_CONFIG';

/** Of a table as a file: Arrow IPC, or one JSON object a line. */
export const tableFormatSchema = z.enum(['arrow', 'jsonl']);
export type TableFormat = z.output<typeof tableFormatSchema>;

/** One artifact as a file of the trainer's work folder, or (a tree) a folder. */
export interface TrainerFile {
  readonly kind: 'table' | 'weights' | 'tree' | 'json';
  /** Absolute. */
  readonly path: string;
  /** Of a table. */
  readonly format?: TableFormat;
}

/** What arrived at a port: one artifact, or a list of them with their values on the gathered axes. */
export type TrainerInput = TrainerFile | { readonly parts: readonly (TrainerFile & { readonly at: Coordinates })[] };

/** What stands in the config file. All paths are absolute; folders exist, outputs do not yet. */
export interface TrainerConfig {
  readonly contract: typeof contractVersion;
  readonly run: string;
  /** The cell's name and key, and its place on the axes of its step. */
  readonly cell: string;
  readonly key: string;
  readonly at: { readonly [axis: string]: AxisValue };
  /** 1 for the first. */
  readonly attempt: number;
  readonly parameters: { readonly [name: string]: Json };
  readonly seeds: { readonly [name: string]: number };
  readonly inputs: { readonly [port: string]: TrainerInput };
  readonly outputs: { readonly [port: string]: TrainerFile };
  /** A folder that is kept across attempts and removed once the result is published. */
  readonly checkpoints: string;
  /** Ids of the devices that are this trainer's alone, also in CUDA_VISIBLE_DEVICES. */
  readonly devices: readonly string[];
  /** Declared by the study; what the trainer reports must agree. */
  readonly world_size?: number;
  readonly effective_batch?: number;
  readonly steps?: number;
}

/**
 * A line of the trainer's standard output that is a JSON object with any of these members; other lines are only logged.
 * `step` and `steps` are optimizer steps, `checkpoint` the step from which a next attempt would go on.
 */
export const trainerLineSchema = z.looseObject({
  step: z.int().nonnegative().optional(),
  steps: z.int().nonnegative().optional(),
  loss: z.number().optional(),
  checkpoint: z.int().nonnegative().optional(),
  /** Said once by a trainer that goes on from a checkpoint. */
  resumed_at: z.int().nonnegative().optional(),
  world_size: z.int().positive().optional(),
  effective_batch: z.int().positive().optional(),
});
export type TrainerLine = z.output<typeof trainerLineSchema>;
