/** `gate`: decides a registered question on the numbers of a run. Made by the planner from `gates:`. */
import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';

/** One scalar: a metric that a cell reported, or one taken from the rows of a table. */
const quantity = z.union([
  z.strictObject({ metric: z.string() }),
  z.strictObject({
    column: z.string(),
    where: z.string().optional(),
    take: z.enum(['mean', 'median', 'min', 'max', 'sd', 'sum', 'count', 'first']),
  }),
]);

export const gate = defineStepKind({
  kind: 'gate',
  version: 1,
  summary: 'Compares an estimand with a threshold registered before the run.',
  weight: 'light',
  with: z.strictObject({
    name: z.string(),
    claim: z.string(),
    group: z.string().optional(),
    value: quantity.describe('what is measured, from the port `value`'),
    minus: quantity.optional().describe('subtracted from it, from the port `minus`'),
    divide: quantity.optional().describe('divides the result, from the port `divide`'),
    absolute: z.boolean().default(false).describe('compare the absolute value'),
    op: z.enum(['<', '<=', '>', '>=', '==', '!=']),
    threshold: z.number(),
    needs: z.int().nonnegative().default(1).describe('fewer independent units than this: inconclusive'),
  }),
  seeds: [],
  in: {
    value: { kind: 'any', gathers: true, summary: 'where the estimand is read' },
    minus: { kind: 'any', gathers: true, optional: true, summary: 'where the subtrahend is read' },
    divide: { kind: 'any', gathers: true, optional: true, summary: 'where the divisor is read' },
  },
  out: {
    verdict: {
      kind: 'json',
      summary:
        'the estimate with n and interval, the verdict, and whether this design could ever have rejected; n is the smallest of the parts: a metric’s own, the column `units` of a row taken as `first` (whose `can_ever_reject` is read as well), the rows of anything else; the interval is a metric’s own or, of a mean, Student’s t; there is none after `minus` or `divide`',
    },
  },
  metrics: {},
});
