/** `remove-rows`: what is left without the rows that scores point at, or without as many random ones. */
import { z } from 'zod';
import { rowColumns } from '../row-columns.ts';
import { defineStepKind } from '../step-kind.ts';

export const removeRows = defineStepKind({
  kind: 'remove-rows',
  version: 1,
  summary:
    'Removes a fraction of the rows: the highest or lowest scored, random ones (stratified if asked), marked ones, or none.',
  weight: 'light',
  with: z.strictObject({
    arm: z
      .enum(['none', 'top', 'bottom', 'random', 'marked'])
      .describe(
        'top and bottom: units by score; random: as many rows as top takes, drawn from all rows; marked: rows whose `mark` is true',
      ),
    fraction: z.number().min(0).lt(1).default(0.05).describe('share of the rows, rounded up to whole units'),
    rank: z
      .enum(['score', 'magnitude'])
      .default('score')
      .describe('order of top and bottom: signed, or by absolute value'),
    by: z.string().optional().describe('column of the units that `scores` names; without it each row is one'),
    strata: z
      .string()
      .optional()
      .describe('column: random rows are as many of each of its values as top takes (it needs `scores`)'),
    mark: z.string().optional().describe('bool column, for the arm `marked`'),
  }),
  seeds: ['removal'],
  in: {
    rows: { kind: 'table', columns: rowColumns, summary: 'rows to remove from' },
    scores: {
      kind: 'table',
      optional: true,
      columns: { unit_id: 'utf8', weight: 'float64' },
      summary: 'a score per unit, for top and bottom (and the strata of random)',
    },
  },
  out: {
    rows: { kind: 'table', summary: 'the rows left, in order', passes: 'rows' },
    removed: { kind: 'table', summary: 'ids of the rows removed', columns: { row_id: 'utf8', unit_id: 'utf8' } },
  },
  metrics: { removed: 'rows removed' },
});
