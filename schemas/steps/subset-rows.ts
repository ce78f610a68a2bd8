/** `subset-rows`: a random part of the rows, for datamodels. */
import { z } from 'zod';
import { rowColumns } from '../row-columns.ts';
import { defineStepKind } from '../step-kind.ts';

export const subsetRows = defineStepKind({
  kind: 'subset-rows',
  version: 1,
  summary: 'Keeps a random fraction of the rows, or of the groups of rows, and the mask that says which.',
  weight: 'light',
  with: z.strictObject({
    fraction: z.number().gt(0).lt(1).default(0.5),
    draw: z
      .enum(['fixed', 'bernoulli'])
      .default('fixed')
      .describe('exactly round(fraction · units), or each unit by itself'),
    by: z.string().optional().describe('column whose values are the units; without it each row is one'),
  }),
  seeds: ['subset'],
  in: { rows: { kind: 'table', columns: rowColumns, summary: 'rows to choose from' } },
  out: {
    rows: { kind: 'table', summary: 'the rows kept, in order', passes: 'rows' },
    mask: { kind: 'table', summary: 'one row per unit', columns: { unit_id: 'utf8', kept: 'bool', rows: 'int32' } },
  },
  metrics: {},
});
