/** What the supervisor's process and the one that started it tell each other. */
import { z } from 'zod';
import { supervisionLimitsSchema } from './supervision-limits.ts';

/** To the supervisor: the first message starts it, `stop` ends the server and then the supervisor. */
export const supervisorOrderSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    home: z.string(),
    binary: z.object({
      path: z.string(),
      way: z.enum(['PATH', 'cache', 'Go', 'download']),
      version: z.object({ cli: z.string(), server: z.string() }),
    }),
    limits: supervisionLimitsSchema,
  }),
  z.object({ type: z.literal('stop') }),
]);

export type SupervisorOrder = z.infer<typeof supervisorOrderSchema>;

export const supervisorEventSchema = z.discriminatedUnion('type', [
  /** Another supervisor has this home. */
  z.object({ type: z.literal('waiting'), holder: z.number().optional() }),
  z.object({ type: z.literal('progress'), text: z.string() }),
  z.object({ type: z.literal('ready'), address: z.string(), pid: z.number() }),
  z.object({ type: z.literal('lost'), reason: z.string() }),
  /** It gave up, and ends. */
  z.object({ type: z.literal('failed'), message: z.string() }),
]);

export type SupervisorEvent = z.infer<typeof supervisorEventSchema>;
