/** `rank-association`: do two numbers per unit go together, and could so few units ever show it? */
import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';

const side = z.strictObject({
  column: z.string(),
  where: z.string().optional().describe('CEL over the columns of a row'),
});

export const rankAssociation = defineStepKind({
  kind: 'rank-association',
  version: 1,
  summary: 'Spearman and Pearson correlation of unit means, with exact permutation p for up to 8 units.',
  weight: 'heavy',
  with: z.strictObject({
    by: z.string().describe('axis or column that names the units in both tables; rows of a unit are averaged'),
    x: side.describe('from the port `x`'),
    y: side.describe('from the port `y`'),
    x_unit: z.string().optional().describe('column that names the units in `x`, if it is not `by`'),
    unmatched: z
      .enum(['refuse', 'leave-out'])
      .default('refuse')
      .describe('units that only one side has; those left out are named in the notes'),
    permutations: z.int().positive().default(9999).describe('Monte-Carlo draws above 8 units'),
    alpha: z.number().gt(0).lt(1).default(0.05),
    tests: z
      .int()
      .positive()
      .default(1)
      .describe('tests of this family: Bonferroni decides whether it could ever reject'),
  }),
  seeds: ['permutation'],
  in: {
    x: { kind: 'table', gathers: true, summary: 'one number per unit (or several, averaged)' },
    y: { kind: 'table', gathers: true, summary: 'one number per unit (or several, averaged)' },
  },
  out: {
    association: {
      kind: 'table',
      summary:
        'one row per method: estimate in [−1, 1], 95 % interval by Fisher’s z (none below 4 units or at ±1); p two-sided and p_greater one-sided by permutation of the units (`enumerated`: all orders, else drawn), parametric_p by Student’s t; the smallest p this design can give, and whether it reaches alpha / tests; critical: the |estimate| that Student’s t needs there',
      columns: {
        method: 'category',
        estimate: 'float64',
        p: 'float64',
        low: 'float64',
        high: 'float64',
        units: 'int32',
        smallest_p: 'float64',
        can_ever_reject: 'bool',
        p_greater: 'float64',
        parametric_p: 'float64',
        enumerated: 'bool',
        critical: 'float64',
      },
    },
    points: {
      kind: 'table',
      summary: 'the unit means, and the rows behind each',
      columns: { unit: 'utf8', x: 'float64', y: 'float64', x_rows: 'int32', y_rows: 'int32' },
    },
  },
  metrics: { rho: 'Spearman', r: 'Pearson' },
});
