/** How a cell stands that has no result, in words: for records of what was missing, for people who ask for it. */
import type { FailureClass } from '../schemas/failure.ts';
import type { CellState } from '../schemas/run.ts';

export interface CellEnd {
  readonly state: CellState | 'waiting' | 'running';
  readonly class?: FailureClass | undefined;
  readonly reason?: string | undefined;
}

/** The same of any cell: one with a result has it. */
export function describeStanding(end: CellEnd): string {
  return end.state === 'done' || end.state === 'cached' ? 'it has its result' : describeEnd(end);
}

/** `it failed (diverged): the loss is NaN`, `it was blocked: needs left[i=1]`, `it has not run`. */
export function describeEnd({ state, class: failure, reason }: CellEnd): string {
  const why = reason === undefined || reason === '' ? '' : `: ${reason}`;
  switch (state) {
    case 'failed':
      return `it failed${failure === undefined ? '' : ` (${failure})`}${why}`;
    case 'blocked':
    case 'skipped':
    case 'cancelled':
      return `it was ${state}${why}`;
    case 'waiting':
      return `it has not run${why}`;
    case 'running':
      return 'it is running';
    case 'done':
    case 'cached':
      return 'its record is gone from the store';
  }
}
