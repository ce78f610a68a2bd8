/** Which process somebody was: enough to tell later whether it is gone. See store/process-life. */
import { z } from 'zod';

export const processMarkSchema = z.strictObject({
  host: z.string(),
  pid: z.int().positive(),
  /** Boot and process namespace of the host and the process's start in clock ticks, where the system tells (Linux). */
  boot: z.string().optional(),
  namespace: z.string().optional(),
  start: z.string().optional(),
});
export type ProcessMark = z.output<typeof processMarkSchema>;
