/** What a page is made from, read from the store by whoever asks for the page. */
import type { ReportBody } from '../../activities/report/report-body.ts';
import type { CellRecord } from '../../schemas/cell-record.ts';
import type { PlanCell, PlanHead } from '../../schemas/plan.ts';
import type { RunRecord } from '../../schemas/run.ts';
import type { RunView } from '../run/run-view.ts';

export interface PageSources {
  readonly run: RunRecord;
  readonly head: PlanHead;
  /** Every cell of the plan; `cells[i].index` is i. */
  readonly cells: readonly PlanCell[];
  readonly view: RunView;
  /** The record of a cell, under its key in this run; undefined where there is none. */
  readonly recordOf: (key: string) => CellRecord | undefined;
  /** The output of the report's cell; undefined where that cell has no result (yet), or the study no report. */
  readonly body: ReportBody | undefined;
  /** The current time, ISO 8601. */
  readonly now: string;
}
