/** What was written down of a cell when its run was planned: why it had to be made, or who had made it. */
import type { NewCells, RunEvent, RunPlanned } from '../../schemas/run.ts';

export interface PlannedReason {
  /** The run that the plan was compared with. */
  readonly since: string | undefined;
  /** The run whose result it found. */
  readonly reused: string | undefined;
  /** Why it was new: several where several fields differ. */
  readonly reasons: readonly NewCells[];
}

export type ReasonReader = (cell: number) => PlannedReason;

/** Undefined for a run of before reasons were written down. */
export function plannedReasons(events: readonly RunEvent[]): ReasonReader | undefined {
  const planned = events.find((event): event is RunPlanned => event.event === 'run-planned');
  if (planned === undefined) return undefined;
  return cell => ({
    since: planned.since,
    reused: planned.reused.find(({ ranges }) => isIn(ranges, cell))?.run,
    reasons: planned.new.filter(({ ranges }) => isIn(ranges, cell)),
  });
}

function isIn(ranges: readonly (readonly [number, number])[], cell: number): boolean {
  return ranges.some(([first, last]) => first <= cell && cell <= last);
}
