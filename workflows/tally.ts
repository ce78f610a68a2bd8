/** Counting cells by how they ended. */
import type { CellOutcome, Tally } from '../schemas/engine.ts';

export const emptyTally: Tally = { cached: 0, done: 0, failed: 0, blocked: 0, skipped: 0, cancelled: 0 };

export function addTally(tally: Tally, other: Tally): Tally {
  return {
    cached: tally.cached + other.cached,
    done: tally.done + other.done,
    failed: tally.failed + other.failed,
    blocked: tally.blocked + other.blocked,
    skipped: tally.skipped + other.skipped,
    cancelled: tally.cancelled + other.cancelled,
  };
}

export function tallyOf(states: Iterable<CellOutcome['state']>): Tally {
  const counts = { ...emptyTally };
  for (const state of states) counts[state] += 1;
  return counts;
}
