/** Scalars a cell reports beside its artifacts; gates and reports read them. */
import { z } from 'zod';

/** One estimate. A number alone is never enough: its n and, where the method has one, its interval travel with it. */
const metricSchema = z.strictObject({
  /** null where it is not estimable (no rows, zero variance); `note` then says why. */
  value: z.number().nullable(),
  /** Independent units behind the value. */
  n: z.int().nonnegative().optional(),
  /** 95 % confidence interval. */
  low: z.number().nullable().optional(),
  high: z.number().nullable().optional(),
  /** p value of the test that comes with the method, against its stated null. */
  p: z.number().min(0).max(1).nullable().optional(),
  /** False where no outcome of this design could reach significance: the smallest possible p is too large. */
  can_ever_reject: z.boolean().optional(),
  note: z.string().optional(),
});
export type Metric = z.output<typeof metricSchema>;

/** The `metrics` artifact of a cell: estimates by name. */
export const metricsSchema = z.record(z.string(), metricSchema);
export type Metrics = z.output<typeof metricsSchema>;
