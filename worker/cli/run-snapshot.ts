/** How a run stands at a moment, as one JSON value: what `watch --json` prints. */
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import type { RunEvent, RunRecord } from '../../schemas/run.ts';
import type { RunView } from '../run/run-view.ts';
import type { SavedWork } from '../run/saved-work.ts';
import { axisProgress, hasEnded } from './axis-progress.ts';
import { failureClassCounts } from './failure-classes.ts';
import { progressRate } from './progress-rate.ts';
import { indexSteps } from './step-progress.ts';

export interface SnapshotSource {
  readonly record: RunRecord;
  readonly state: string;
  readonly cells: readonly PlanCell[];
  readonly view: RunView;
  readonly events: readonly RunEvent[];
  readonly saved: SavedWork;
}

/** Seconds are null where they cannot be said. */
export async function runSnapshot({ record, state, cells, view, events, saved }: SnapshotSource) {
  const rate = progressRate({ cells, view });
  rate.sample(events);
  saved.sample(events);
  await saved.settled();
  return {
    run: record.run,
    study: record.study,
    state,
    cells: cells.length,
    ...view.counts(),
    steps: indexSteps(cells).map(({ step, use, cells: own, axes }) => ({
      step,
      use,
      cells: own.length,
      ended: own.filter(cell => hasEnded(view, cell)).length,
      axes: axisProgress(axes, view),
    })),
    at_work: cells.flatMap(cell => {
      const { state: now, progress, startedAt } = view.cell(cell.index);
      return now === 'running' ? [{ cell: cellName(cell.step, cell.at), since: startedAt ?? null, ...progress }] : [];
    }),
    approvals: view.awaited(),
    failures: failureClassCounts(cells, view),
    cells_per_minute: rate.perMinute() ?? null,
    seconds_left: rate.remaining() ?? null,
    work_seconds_left: rate.work() ?? null,
    saved_seconds: saved.seconds(),
  };
}
