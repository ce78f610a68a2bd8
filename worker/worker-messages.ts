/** What a worker process is started with, and what it says to the process that started it. */
import { z } from 'zod';

/** Its one argument, as JSON. */
export const workerStartSchema = z.strictObject({
  /** Of the embedded server; without it what Temporal's own variables say. */
  address: z.string().optional(),
  /** Flags of the command line that override the environment. */
  flags: z.strictObject({ home: z.string(), backend: z.string().optional(), slots: z.string().optional() }),
});
export type WorkerStart = z.output<typeof workerStartSchema>;

/** What it is told: `stop` saves what cells under way have, `finish` lets them come to their end; both take no new ones. */
export type WorkerOrder = 'stop' | 'finish';

export const workerReplySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), pid: z.int() }),
  z.strictObject({ type: z.literal('failed'), message: z.string() }),
]);
export type WorkerReply = z.output<typeof workerReplySchema>;
