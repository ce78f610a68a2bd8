/**
 * A plan: a study expanded to cells, each with its key. Pure data, made before anything runs, stored by digest, read
 * by workflows and activities in slices (one per branch).
 */
import { z } from 'zod';
import { changeableClasses } from './failure.ts';
import { approvalSchema } from './approval.ts';
import { cellKeySchema, digestSchema } from './identity.ts';
import { jsonSchema } from './json.ts';

/** A value of an axis. */
export const axisValueSchema = z.union([z.string(), z.number(), z.boolean()]);
export type AxisValue = z.output<typeof axisValueSchema>;

/** A place in a study: a value for each axis of a step. */
export const coordinatesSchema = z.record(z.string(), axisValueSchema);
export type Coordinates = z.output<typeof coordinatesSchema>;

/** One artifact that arrives at a port. */
const planPartSchema = z.strictObject({
  /** Index of the cell that makes it, and that cell's key. */
  cell: z.int().nonnegative(),
  key: cellKeySchema,
  output: z.string(),
  /** Values of the gathered axes, in the order of the input's `axes`. */
  at: z.array(axisValueSchema),
  /** Scatter: only the rows whose columns have these values. */
  where: coordinatesSchema.optional(),
});
export type PlanPart = z.output<typeof planPartSchema>;

const planInputSchema = z.strictObject({
  /** True where parts are gathered (then there may be any number of them), false where there is exactly one. */
  gathered: z.boolean(),
  axes: z.array(z.string()),
  parts: z.array(planPartSchema),
  /** Parts that must exist for the cell to run; all of them unless the study says `quorum`. */
  quorum: z.int().nonnegative(),
});
export type PlanInput = z.output<typeof planInputSchema>;

/** A cell does not run where this gate's verdict is one of `verdicts`. */
const planGuardSchema = z.strictObject({
  /** Index of the gate's cell. */
  gate: z.int().nonnegative(),
  name: z.string(),
  verdicts: z.array(z.enum(['pass', 'fail', 'inconclusive', 'not_estimable'])),
});
export type PlanGuard = z.output<typeof planGuardSchema>;

export const resourcesSchema = z.strictObject({
  cpu: z.number().positive(),
  gpu: z.int().nonnegative(),
  memory: z.number().positive(),
  time: z.number().positive(),
});

/** What differs in an attempt after failures: parameters, as deep as they differ, and resources. */
const changedAttemptSchema = z.strictObject({
  with: z.record(z.string(), jsonSchema),
  resources: resourcesSchema.partial(),
});
export type ChangedAttempt = z.output<typeof changedAttemptSchema>;

export const planCellSchema = z.strictObject({
  index: z.int().nonnegative(),
  /** The step's full name, graphs included: `retrain.em`. */
  step: z.string(),
  at: coordinatesSchema,
  key: cellKeySchema,
  use: z.string(),
  version: z.int().positive(),
  weight: z.enum(['light', 'heavy']),
  /** Parameters after defaults and expressions. */
  with: z.record(z.string(), jsonSchema),
  seeds: z.record(z.string(), z.int().nonnegative()),
  keep: z.array(z.string()),
  inputs: z.record(z.string(), planInputSchema),
  /** Parameters that name files: where they lay and what they held when the plan was made. */
  files: z.record(z.string(), z.strictObject({ path: z.string(), digest: digestSchema, bytes: z.number() })),
  guards: z.array(planGuardSchema),
  resources: resourcesSchema,
  /** After so many failures of a class (1, 2, …) the attempt differs so from what is planned. */
  on_failure: z.partialRecord(z.enum(changeableClasses), z.array(changedAttemptSchema)).optional(),
});
export type PlanCell = z.output<typeof planCellSchema>;

/** A group of cells that runs as one child workflow. */
const planBranchSchema = z.strictObject({
  index: z.int().nonnegative(),
  /** For people: the name of its first cell. */
  title: z.string(),
  cells: z.int().positive(),
  /** Branches whose cells its cells need; they come first. */
  needs: z.array(z.int().nonnegative()),
  /** The file of its cells (`planSliceSchema`). */
  slice: digestSchema,
});

export const planSliceSchema = z.strictObject({ branch: z.int().nonnegative(), cells: z.array(planCellSchema) });
export type PlanSlice = z.output<typeof planSliceSchema>;

/** A step of the flattened study, graphs expanded. */
const planStepSchema = z.strictObject({
  step: z.string(),
  use: z.string(),
  axes: z.array(z.string()),
  cells: z.int().nonnegative(),
  /** Names of the steps its inputs come from, for drawing. */
  needs: z.array(z.string()),
  /** Its cells wait for a person. No part of any key: it changes no bytes. */
  approve: approvalSchema.optional(),
});
export type PlanStep = z.output<typeof planStepSchema>;

/** A gate as registered before the run: its cell and the digest of its specification. */
const planGateSchema = z.strictObject({
  name: z.string(),
  cell: z.int().nonnegative(),
  key: cellKeySchema,
  claim: z.string(),
  registered: digestSchema,
  /** What it may skip waits for a person, who has seen its verdict. */
  approve: approvalSchema.optional(),
});
export type PlanGate = z.output<typeof planGateSchema>;

/** The plan's head: all but the cells. Its digest names the plan. */
export const planHeadSchema = z.strictObject({
  format: z.literal(1),
  study: z.string(),
  description: z.string().optional(),
  params: z.record(z.string(), jsonSchema),
  axes: z.record(z.string(), z.array(axisValueSchema)),
  /** Files the plan was made from: studies, imports, data read while planning. */
  sources: z.array(z.strictObject({ path: z.string(), digest: digestSchema })),
  cells: z.int().nonnegative(),
  steps: z.array(planStepSchema),
  branches: z.array(planBranchSchema),
  gates: z.array(planGateSchema),
  /** Names that a reference may use for a step's output: graph ports (`main.score` → `main.score` / `scores`). */
  aliases: z.record(z.string(), z.strictObject({ step: z.string(), output: z.string() })),
});
export type PlanHead = z.output<typeof planHeadSchema>;

/** A plan in memory, before it is cut into files. */
export interface Plan extends Omit<PlanHead, 'branches' | 'format'> {
  readonly cellList: readonly PlanCell[];
  readonly branchList: readonly PlannedBranch[];
}

export interface PlannedBranch {
  readonly index: number;
  readonly title: string;
  readonly needs: readonly number[];
  /** Indices of its cells, in an order in which every cell follows its inputs. */
  readonly cells: readonly number[];
}

/** A cell's name: `em[condition=evil_wrong, em_seed=3]`. */
export function cellName(step: string, at: Coordinates): string {
  const axes = Object.entries(at).map(([axis, value]) => `${axis}=${value}`);
  return axes.length > 0 ? `${step}[${axes.join(', ')}]` : step;
}
