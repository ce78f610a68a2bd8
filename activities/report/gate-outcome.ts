/** How a gate came out: the artifact of its cell, or why there is none. */
import { z } from 'zod';

const specification = {
  name: z.string(),
  /** The hypothesis, in words. */
  claim: z.string(),
  /** Gates of one family carry one word here. */
  group: z.string().nullable(),
  op: z.enum(['<', '<=', '>', '>=', '==', '!=']),
  threshold: z.number(),
  /** Fewer independent units than this: inconclusive. */
  needs: z.int().nonnegative(),
};

const number = z.number().nullable();
const count = z.int().nonnegative().nullable();

/** What a gate's cell writes (activities/steps/gate). Numbers are null where they are not estimable or not known. */
const decidedSchema = z.object({
  ...specification,
  verdict: z.enum(['pass', 'fail', 'inconclusive', 'not_estimable']),
  value: number,
  /** Independent units behind the value. */
  n: count,
  /** 95 % interval. */
  low: number,
  high: number,
  /** False where no outcome of this design could have been significant. */
  can_ever_reject: z.boolean().nullable(),
  note: z.string().nullable(),
  parts: z.array(z.object({ port: z.enum(['value', 'minus', 'divide']), value: number, n: count })),
});

const undecidedSchema = z.object({
  ...specification,
  verdict: z.literal('undecided'),
  /** Why there is no verdict. */
  reason: z.string(),
});

export const gateOutcomeSchema = z.discriminatedUnion('verdict', [decidedSchema, undecidedSchema]);
export type GateOutcome = z.output<typeof gateOutcomeSchema>;
