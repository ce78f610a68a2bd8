/** `no-op`: does nothing, for tests, benches and drafts of studies. */
import { z } from 'zod';
import { failureClasses } from '../failure.ts';
import { defineStepKind } from '../step-kind.ts';

export const noOp = defineStepKind({
  kind: 'no-op',
  version: 1,
  summary: 'Waits, fails or writes bytes as told; takes and gathers anything.',
  weight: 'light',
  with: z.strictObject({
    sleep: z.number().nonnegative().default(0).describe('seconds to wait'),
    fail: z
      .union([z.boolean(), z.enum(failureClasses)])
      .default(false)
      .describe('true fails as `user`; a failure class fails as that'),
    bytes: z
      .int()
      .nonnegative()
      .max(2 ** 30)
      .default(0)
      .describe('length of the text column of its one row'),
  }),
  seeds: [],
  in: { parts: { kind: 'any', optional: true, gathers: true, summary: 'whatever it waits for' } },
  out: {
    out: {
      kind: 'table',
      summary: 'one row: how many parts came in, and a text of the length asked for',
      columns: { parts: 'int32', text: 'utf8' },
    },
  },
  metrics: {},
  keyedByAxes: true,
});
