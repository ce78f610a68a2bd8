/** A run: one execution of a plan, and the events it leaves behind. */
import { z } from 'zod';
import { failureClasses } from './failure.ts';
import { digestSchema } from './identity.ts';
import { jsonSchema } from './json.ts';
import { differingOutputsSchema } from './nondeterminism.ts';
import { processMarkSchema } from './process-mark.ts';

/** `done`: every cell is there. `failed`: some failed or were blocked. `interrupted`: nobody works at it now. */
const runStateSchema = z.enum(['running', 'paused', 'done', 'failed', 'cancelled']);
export type RunState = z.output<typeof runStateSchema>;

/** Inclusive ranges of cells' indices in the plan. */
const rangesSchema = z.array(z.tuple([z.int().nonnegative(), z.int().nonnegative()]));

/** What a rerun comes from. */
const originSchema = z.strictObject({
  run: z.string(),
  /** Cells without a result that it does not run but leaves as they were there, by how they stood. */
  left: z.array(z.strictObject({ state: z.enum(['failed', 'blocked', 'cancelled']), ranges: rangesSchema })),
});
export type RunOrigin = z.output<typeof originSchema>;

export const runRecordSchema = z.strictObject({
  format: z.literal(1),
  run: z.string(),
  study: z.string(),
  /** The study file as given, for people. */
  file: z.string(),
  /** The `--set` flags as given; runs of before this was kept have none. */
  set: z.array(z.string()).optional(),
  /** Set where `rerun` began it. */
  origin: originSchema.optional(),
  plan: digestSchema,
  /** Where slots are short: 1 goes first, 5 last; 3 without it. Runs of one priority take turns. */
  priority: z.int().min(1).max(5).optional(),
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
/** Who gave an order (`ann@host`), and why. */
const order = { by: z.string(), reason: z.string().optional() };

/**
 * Why cells have to be made, as decided when the run was planned, against an earlier run. `first`: there was none.
 * `added`: it had no cell of that name. `changed`: a field of their own recipes differs. `below`: only what arrives at a
 * port (`field`) differs. `unmade`: the key is the same, but it came to no result there (`state`: how it ended).
 */
const newCellsSchema = z.strictObject({
  why: z.enum(['first', 'added', 'changed', 'below', 'unmade']),
  field: z.string().optional(),
  /** The field's values there and here; left out where a recipe lacks it, and where hundreds differ. */
  before: jsonSchema.optional(),
  after: jsonSchema.optional(),
  state: z.string().optional(),
  ranges: rangesSchema,
});
export type NewCells = z.output<typeof newCellsSchema>;

/** One line of a run's event log. */
export const runEventSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('run-started'), at, process: processMarkSchema }),
  /** Written once, before anything runs: which cells were there and who made them, and why the others are not. */
  z.strictObject({
    event: z.literal('run-planned'),
    at,
    /** The run that was compared with. */
    since: z.string().optional(),
    reused: z.array(z.strictObject({ run: z.string(), ranges: rangesSchema })),
    new: z.array(newCellsSchema),
  }),
  /** Cells that a rerun leaves as they were in the run it comes from. */
  z.strictObject({
    event: z.literal('cells-left'),
    at,
    state: z.enum(['failed', 'blocked', 'cancelled']),
    class: z.enum(failureClasses).optional(),
    reason: z.string(),
    ranges: rangesSchema,
  }),
  /** Cells whose records were there when the run began or was taken up again: inclusive ranges of indices. */
  z.strictObject({ event: z.literal('cells-cached'), at, ranges: rangesSchema }),
  z.strictObject({ event: z.literal('run-paused'), at }),
  z.strictObject({ event: z.literal('run-resumed'), at }),
  z.strictObject({ event: z.literal('run-ended'), at, state: runStateSchema }),
  /** A bug of ours took a whole branch down; its cells stay without an end. */
  z.strictObject({ event: z.literal('branch-failed'), at, branch: z.int(), message: z.string() }),
  z.strictObject({ event: z.literal('cell-started'), at, cell, attempt: z.int().positive() }),
  /** Another attempt, perhaps of another run, is at the same work; written at the first looks, then ever more rarely. */
  z.strictObject({
    event: z.literal('cell-waiting'),
    at,
    cell,
    /** Who is at it. */
    owner: z.strictObject({ host: z.string(), pid: z.int(), purpose: z.string() }),
    /** When it is looked again. */
    until: at,
  }),
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
    /** Seconds of work that have to be done again. */
    lost: z.number().optional(),
    /** How the next attempt differs from this one, for people. */
    changed: z.string().optional(),
  }),
  /** A person ended one cell; what needs it ends with it, its siblings go on. */
  z.strictObject({ event: z.literal('cell-cancel-ordered'), at, cell, ...order }),
  /** Cells that could start but for a person's word on `name`: a step, or a gate as `gates.name`. */
  z.strictObject({
    event: z.literal('approval-awaited'),
    at,
    name: z.string(),
    question: z.string().optional(),
    ranges: rangesSchema,
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
    /** The cell whose end decided this one's. */
    because: cell.optional(),
    class: z.enum(failureClasses).optional(),
    seconds: z.number().optional(),
    /** Of a failed cell: seconds of work that came to nothing. */
    lost: z.number().optional(),
    /** How the recipe that made it differs from the planned one (`on_failure`), for people. */
    changed: z.string().optional(),
    verdict: z.string().optional(),
  }),
  /** The cell was made a second time and gave other bytes; the record that was there first stays. */
  z.strictObject({ event: z.literal('nondeterminism'), at, cell, outputs: differingOutputsSchema }),
]);
export type RunPlanned = Extract<RunEvent, { event: 'run-planned' }>;
export type RunEvent = z.output<typeof runEventSchema>;
