/**
 * What is known of a finished cell: manifest and lineage in one immutable file, found by the cell's key. A cell is done
 * when its record exists.
 */
import { z } from 'zod';
import { artifactSchema } from './artifact.ts';
import { changeableClasses, failureClasses } from './failure.ts';
import { cellKeySchema, digestSchema } from './identity.ts';
import { jsonSchema } from './json.ts';
import { axisValueSchema, coordinatesSchema, resourcesSchema } from './plan.ts';

/** An artifact that went in. */
const recordPartSchema = z.strictObject({
  at: z.array(axisValueSchema),
  /** Key of the cell that made it, and the output it was. */
  key: cellKeySchema,
  output: z.string(),
  digest: digestSchema,
  where: coordinatesSchema.optional(),
});

const recordInputSchema = z.strictObject({
  axes: z.array(z.string()),
  parts: z.array(recordPartSchema),
  /** Parts the plan asked for that were not there when a quorum let the cell run: their places and why. */
  missing: z.array(z.strictObject({ at: z.array(axisValueSchema), key: cellKeySchema, reason: z.string() })),
});

/** An attempt that did not end in a result. */
export const failedAttemptSchema = z.strictObject({
  run: z.string(),
  class: z.enum(failureClasses),
  message: z.string(),
  started: z.iso.datetime(),
  /** From the moment it had its slot: waiting costs nobody anything. */
  seconds: z.number().nonnegative(),
  /** Of these, what has to be done again: all since the last checkpoint, or everything where it was given up. */
  lost_seconds: z.number().nonnegative(),
  host: z.string(),
});
export type FailedAttempt = z.output<typeof failedAttemptSchema>;

/** Where and with what it ran. */
export const environmentSchema = z.strictObject({
  host: z.string(),
  platform: z.string(),
  node: z.string(),
  espalier: z.string(),
  /** Numerical backend, where one was used: which, its library, whether steps ran as graphs, threads. */
  backend: z
    .strictObject({ name: z.string(), library: z.string(), mode: z.enum(['graph', 'eager']), threads: z.int() })
    .optional(),
});
export type Environment = z.output<typeof environmentSchema>;

export const cellRecordSchema = z.strictObject({
  format: z.literal(1),
  key: cellKeySchema,
  content_key: cellKeySchema,
  /** The name under which it was first made; other studies may know it by another. */
  name: z.string(),
  step: z.string(),
  at: coordinatesSchema,
  use: z.string(),
  version: z.int(),
  with: z.record(z.string(), jsonSchema),
  seeds: z.record(z.string(), z.int()),
  keep: z.array(z.string()),
  files: z.record(z.string(), z.strictObject({ path: z.string(), digest: digestSchema, bytes: z.number() })),
  inputs: z.record(z.string(), recordInputSchema),
  outputs: z.record(z.string(), artifactSchema),
  run: z.string(),
  started: z.iso.datetime(),
  /** Seconds of the attempt that succeeded, its earlier pieces before a preemption included. */
  seconds: z.number().nonnegative(),
  attempts: z.array(failedAttemptSchema),
  /** Optimizer steps after which interrupted attempts were taken up again. */
  resumed_at: z.array(z.int()),
  environment: environmentSchema,
  /** Whatever the step wants remembered: counts, mask statistics, what was cut. */
  notes: z.record(z.string(), jsonSchema),
  /**
   * Made from less than the plan asked for, or by another recipe: here or further up parts were missing, or failures
   * had changed a recipe. Such a record answers only in its own run and by its content key, never by its recipe key, so
   * that a later run, complete and as planned, does not meet it.
   */
  partial: z.boolean(),
  /** Set where failures changed the recipe (`on_failure`): the key that was planned, and each change. */
  changed: z
    .strictObject({
      planned: cellKeySchema,
      after: z.array(
        z.strictObject({
          class: z.enum(changeableClasses),
          failures: z.int().positive(),
          with: z.record(z.string(), jsonSchema),
          resources: resourcesSchema.partial(),
        }),
      ),
    })
    .optional(),
  /** Set where nothing was computed: another cell with the same content had made these outputs. */
  reused_from: cellKeySchema.optional(),
});
export type CellRecord = z.output<typeof cellRecordSchema>;
