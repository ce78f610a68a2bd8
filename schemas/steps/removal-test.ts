/** `removal-test`: did removing the rows that were pointed at do more than removing others? */
import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';

export const removalTest = defineStepKind({
  kind: 'removal-test',
  version: 1,
  summary: 'Shift of a score when rows are removed, against removing as many random ones.',
  weight: 'heavy',
  with: z.strictObject({
    column: z.string().describe('score'),
    arm: z.string().default('arm').describe('axis that names the arms'),
    draw: z
      .string()
      .default('draw')
      .describe('axis that numbers the replicates of an arm; one unit each, other rows are averaged'),
    baseline: z.string().default('none').describe('arm that removed nothing'),
    random: z.string().default('random').describe('arm that removed random rows: the null'),
    higher_is_better: z.boolean().default(true),
  }),
  seeds: [],
  in: { scores: { kind: 'table', gathers: true, summary: 'scores of all arms and replicates' } },
  out: {
    arms: {
      kind: 'table',
      summary:
        'one row per arm: shift = its mean minus the baseline’s mean, in units of the score; z against the random arm; p = (1 + #{|random shift| ≥ |shift|}) / (R + 1)',
      columns: {
        arm: 'utf8',
        units: 'int32',
        mean: 'float64',
        sd: 'float64',
        shift: 'float64',
        low: 'float64',
        high: 'float64',
        z: 'float64',
        p: 'float64',
      },
    },
    units: {
      kind: 'table',
      summary: 'one row per arm and replicate',
      columns: { arm: 'utf8', draw: 'utf8', value: 'float64', shift: 'float64' },
    },
  },
  metrics: { smallest_p: 'the smallest p that this many random removals can give' },
});
