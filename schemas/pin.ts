/** A pin: what garbage collection keeps because somebody said so. */
import { z } from 'zod';
import { cellKeySchema } from './identity.ts';

export const pinSchema = z.discriminatedUnion('pin', [
  z.strictObject({ pin: z.literal('run'), run: z.string(), at: z.iso.datetime() }),
  /** A result by its key, with the name under which it was pinned, for people. */
  z.strictObject({ pin: z.literal('cell'), key: cellKeySchema, name: z.string(), at: z.iso.datetime() }),
]);
export type Pin = z.output<typeof pinSchema>;

/** What a pin is filed under: a run or cell is pinned once. */
export function pinName(pin: Pin): string {
  return pin.pin === 'run' ? `run-${pin.run}` : `cell-${pin.key}`;
}
