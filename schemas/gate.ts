/** A gate as a study declares it: a decision registered before the run, and what it passes or skips. */
import { z } from 'zod';
import { approveSchema } from './approval.ts';
import { atSchema, columnNameSchema, expressionSchema, nameSchema, quorumSchema, referenceSchema } from './names.ts';

/** How the rows of a table become one number; `first` takes the first row, `sd` divides by n − 1. */
export const takeSchema = z.enum(['mean', 'median', 'min', 'max', 'sd', 'sum', 'count', 'first']);

const metric = referenceSchema.describe('a step and a scalar it reports, as in `variance.icc`');

const at = atSchema.optional().describe('values that fix axes of what is read');

const rows = {
  from: referenceSchema.describe('the table that is read'),
  at,
  column: columnNameSchema.describe('column whose values are taken'),
  where: z.string().min(1).optional().describe('CEL over the columns of a row and its gathered axes'),
  take: takeSchema.describe('how the rows become one number'),
};

/** One scalar: taken from the rows of a table, or a metric that a step reports. */
const quantitySchema = z
  .union([z.strictObject(rows), z.strictObject({ metric, at })], {
    error: 'must be `{ from, column, take }` or `{ metric }`',
  })
  .meta({ title: 'a quantity' });
export type Quantity = z.output<typeof quantitySchema>;

const adjustments = {
  minus: quantitySchema.optional().describe('subtracted from it'),
  divide: quantitySchema.optional().describe('divides the result'),
  absolute: z.boolean().optional().describe('compare the absolute value'),
};

const estimandSchema = z
  .union([z.strictObject({ ...rows, ...adjustments }), z.strictObject({ metric, at, ...adjustments })], {
    error: 'must be `{ from, column, take }` or `{ metric }`, with `minus`, `divide` and `absolute` as wanted',
  })
  .meta({ title: 'an estimand' });

const consequence = z
  .strictObject({ skip: z.array(nameSchema).min(1).describe('steps that then do not run; of a graph, all its steps') })
  .meta({ title: 'a consequence' });

export const gateSchema = z
  .strictObject({
    claim: z.string().min(1).describe('the hypothesis, in words'),
    metric: metric.optional(),
    estimand: estimandSchema.optional().describe('what is measured, where it is no metric of a step'),
    at,
    op: z.enum(['<', '<=', '>', '>=', '==', '!=']).describe('how the estimate must compare with `value`'),
    value: z.union([z.number(), expressionSchema]).describe('the threshold'),
    needs: z
      .union([z.int().nonnegative(), expressionSchema])
      .optional()
      .describe('fewer independent units than this: inconclusive'),
    quorum: quorumSchema.optional().describe('parts that must be there to decide; all unless given'),
    group: z.string().min(1).optional().describe('gates of one family carry one word here'),
    on_pass: consequence.optional(),
    on_fail: consequence.optional(),
    on_inconclusive: consequence.optional().describe('also where it is not estimable'),
    approve: approveSchema
      .optional()
      .describe('what it may skip waits until a person has seen the verdict; a text is the question asked'),
  })
  .refine(gate => (gate.metric === undefined) !== (gate.estimand === undefined), {
    error: 'must have exactly one of `metric` and `estimand`',
    params: {
      remedy: 'Name a scalar with `metric: step.scalar`, or say with `estimand:` how it is taken from a table.',
    },
  })
  .refine(
    ({ approve, on_pass: pass, on_fail: fail, on_inconclusive: inconclusive }) =>
      approve === undefined || approve === false || [pass, fail, inconclusive].some(each => each !== undefined),
    {
      error: 'has `approve`, but no consequence that could wait for it',
      params: {
        remedy: 'Say what it skips with `on_pass`, `on_fail` or `on_inconclusive`, or put `approve` on a step.',
      },
    },
  )
  .meta({ title: 'a gate' });
export type Gate = z.output<typeof gateSchema>;
