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
    higher_is_better: z.boolean().default(true).describe('of the score; decides what `improved` means'),
  }),
  seeds: [],
  in: { scores: { kind: 'table', gathers: true, summary: 'scores of all arms and replicates' } },
  out: {
    arms: {
      kind: 'table',
      summary:
        'one row per arm: shift = its mean minus the baseline’s mean, in units of the score, with Welch’s 95 % interval; shift_sd = |shift| in standard deviations of the baseline’s units; z = (shift − mean random shift) / sd of the random shifts; p = (1 + #{|random shift| ≥ |shift|}) / (R + 1), conservative for an arm of several replicates; improved: the shift is to the good side. No test of the baseline and of the random arm themselves',
      columns: {
        arm: 'utf8',
        units: 'int32',
        mean: 'float64',
        sd: 'float64',
        shift: 'float64',
        low: 'float64',
        high: 'float64',
        shift_sd: 'float64',
        z: 'float64',
        p: 'float64',
        can_ever_reject: 'bool',
        improved: 'bool',
      },
    },
    units: {
      kind: 'table',
      summary: 'one row per arm and replicate: value = mean of its `rows`; shift = value minus the baseline’s mean',
      columns: { arm: 'utf8', draw: 'utf8', value: 'float64', shift: 'float64', rows: 'int32' },
    },
  },
  metrics: {
    smallest_p: 'the smallest p that this many random removals can give',
    baseline: 'mean of the arm that removed nothing',
    random_shift: 'mean of the random arm minus that mean',
  },
});
