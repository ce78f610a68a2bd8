/** What a run's merged log gives at once, and the cursor that tells where each of its files was left. */
import { z } from 'zod';
import { type RunEvent, runEventSchema } from '../schemas/run.ts';

/** Events of a run since a cursor. */
export interface EventPage {
  readonly events: RunEvent[];
  readonly cursor: string;
  /** Complete lines that are no events: torn by a crash or a full disk, or written by a newer version. */
  readonly skipped: number;
}

/** The events themselves; a bug where one is none (a loss that is NaN has no JSON text): nobody could read it back. */
export function checkEvents(events: readonly RunEvent[]): RunEvent[] {
  return events.map(event => {
    const parsed = runEventSchema.safeParse(event);
    if (!parsed.success) throw new TypeError(`internal: no event of a run: ${parsed.error.message}`);
    return parsed.data;
  });
}

/** A cursor that this store did not give. */
export class EventCursorError extends Error {
  override readonly name = 'EventCursorError';

  constructor(cursor: string) {
    super(`${JSON.stringify(cursor.slice(0, 40))} is no cursor of an event log: read from the start, without one`);
  }
}

const offsetsSchema = z.record(z.string(), z.int().nonnegative());

/** Offsets by name of file. */
export type LogOffsets = { readonly [file: string]: number };

export function encodeCursor(offsets: LogOffsets): string {
  return Buffer.from(JSON.stringify(offsets)).toString('base64url');
}

export function decodeCursor(cursor: string | undefined): LogOffsets {
  if (cursor === undefined) return {};
  try {
    return offsetsSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw new EventCursorError(cursor);
  }
}

/** Several logs, each in its own order, as one by time; of equal times the earlier log's come first. */
export function mergeByTime(logs: readonly (readonly RunEvent[])[]): RunEvent[] {
  const heads = logs.filter(log => log.length > 0).map(log => ({ log, next: 0, time: timeOf(log[0]) }));
  const merged: RunEvent[] = [];
  for (;;) {
    const first = heads.reduce<(typeof heads)[number] | undefined>(
      (best, head) => (best === undefined || head.time < best.time ? head : best),
      undefined,
    );
    const event = first?.log[first.next];
    if (first === undefined || event === undefined) return merged;
    merged.push(event);
    first.next += 1;
    first.time = timeOf(first.log[first.next]);
  }
}

function timeOf(event: RunEvent | undefined): number {
  return event === undefined ? Number.POSITIVE_INFINITY : Date.parse(event.at);
}
