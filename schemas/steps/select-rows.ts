/** `select-rows`: some of a table's rows. */
import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';

export const selectRows = defineStepKind({
  kind: 'select-rows',
  version: 1,
  summary: 'Keeps the rows for which an expression holds (all, without one), in order.',
  weight: 'light',
  with: z.strictObject({
    where: z.string().optional().describe('CEL over the columns of a row, as in `planted == false`'),
    limit: z.int().positive().optional().describe('at most so many, the first ones'),
  }),
  seeds: [],
  in: { rows: { kind: 'table', gathers: true, summary: 'any table' } },
  out: { rows: { kind: 'table', summary: 'the rows kept', passes: 'rows' } },
  metrics: {},
});
