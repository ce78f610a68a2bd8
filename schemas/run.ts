/** A run: one execution of a plan, and the events it leaves behind. */
import { z } from 'zod';
import { failureClasses } from './failure.ts';
import { digestSchema } from './identity.ts';
import { processMarkSchema } from './process-mark.ts';

/** `done`: every cell is there. `failed`: some failed or were blocked. `interrupted`: nobody works at it now. */
const runStateSchema = z.enum(['running', 'paused', 'done', 'failed', 'cancelled']);
export type RunState = z.output<typeof runStateSchema>;

export const runRecordSchema = z.strictObject({
  format: z.literal(1),
  run: z.string(),
  study: z.string(),
  /** The study file as given, for people. */
  file: z.string(),
  plan: digestSchema,
  /** Digest of each gate's specification, registered before the first cell ran. */
  gates: z.record(z.string(), digestSchema),
  created: z.iso.datetime(),
  espalier: z.string(),
});
export type RunRecord = z.output<typeof runRecordSchema>;

/** How a cell ended in a run. `cached` needed no work here. */
const cellStateSchema = z.enum(['cached', 'done', 'failed', 'blocked', 'skipped', 'cancelled']);
export type CellState = z.output<typeof cellStateSchema>;

const at = z.iso.datetime();
const cell = z.int().nonnegative();
/** Inclusive ranges of cell indices. */
const ranges = z.array(z.tuple([cell, cell]));
/** Who gave an order (`ann@host`), and why. */
const order = { by: z.string(), reason: z.string().optional() };

/** One line of a run's event log. */
export const runEventSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('run-started'), at, process: processMarkSchema }),
  /** Cells whose records were there when the run began or was taken up again. */
  z.strictObject({ event: z.literal('cells-cached'), at, ranges }),
  z.strictObject({ event: z.literal('run-paused'), at }),
  z.strictObject({ event: z.literal('run-resumed'), at }),
  z.strictObject({ event: z.literal('run-ended'), at, state: runStateSchema }),
  /** A bug of ours took a whole branch down; its cells stay without an end. */
  z.strictObject({ event: z.literal('branch-failed'), at, branch: z.int(), message: z.string() }),
  z.strictObject({ event: z.literal('cell-started'), at, cell, attempt: z.int().positive() }),
  z.strictObject({
    event: z.literal('cell-progress'),
    at,
    cell,
    step: z.int(),
    steps: z.int(),
    loss: z.number().optional(),
    /** The step from which a next attempt would go on. */
    checkpoint: z.int().optional(),
  }),
  z.strictObject({
    event: z.literal('cell-attempt-failed'),
    at,
    cell,
    class: z.enum(failureClasses),
    message: z.string(),
    retry_in: z.number().optional(),
  }),
  /** A person ended one cell; what needs it ends with it, its siblings go on. */
  z.strictObject({ event: z.literal('cell-cancel-ordered'), at, cell, ...order }),
  /** Cells that could start but for a person's word on `name`: a step, or a gate as `gates.name`. */
  z.strictObject({
    event: z.literal('approval-awaited'),
    at,
    name: z.string(),
    question: z.string().optional(),
    ranges,
  }),
  z.strictObject({
    event: z.literal('approval-decided'),
    at,
    name: z.string(),
    decision: z.enum(['approved', 'rejected']),
    ...order,
  }),
  z.strictObject({
    event: z.literal('cell-ended'),
    at,
    cell,
    state: cellStateSchema,
    /** Why: which input failed, which gate skipped it, which earlier work was reused. */
    reason: z.string().optional(),
    class: z.enum(failureClasses).optional(),
    seconds: z.number().optional(),
    verdict: z.string().optional(),
  }),
]);
export type RunEvent = z.output<typeof runEventSchema>;
