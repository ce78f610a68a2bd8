/** Writes a run's report into its folder: one HTML file, the same as Markdown with its figures, the model as JSON. */
import { allCells } from '../../activities/open-run.ts';
import { createPlanReader } from '../../activities/plan-reader.ts';
import { type ReportBody, reportBodySchema } from '../../activities/report/report-body.ts';
import type { CellRecord } from '../../schemas/cell-record.ts';
import type { PlanCell } from '../../schemas/plan.ts';
import type { RunRecord } from '../../schemas/run.ts';
import { getJson } from '../../store/json-artifact.ts';
import type { Store } from '../../store/store.ts';
import { buildPageModel } from '../report/build-page-model.ts';
import type { PageModel } from '../report/page-model.ts';
import { renderPage } from '../report/render-page.ts';
import { readRunView } from './read-run-view.ts';

export interface WrittenReport {
  /** Path of the HTML file. */
  readonly path: string;
  readonly model: PageModel;
}

export async function writeReport(store: Store, run: RunRecord): Promise<WrittenReport> {
  const plans = createPlanReader(store);
  const head = await plans.head(run.plan);
  const cells = await allCells(plans, run.plan, head);
  const view = await readRunView(store, run.run, head.cells);
  const records = await readRecords(store, run.run, cells);
  const recordOf = (key: string) => records.get(key);
  const body = await reportBody(store, cells, recordOf);
  const model = buildPageModel({ run, head, cells, view, recordOf, body, now: new Date().toISOString() });
  const { html, markdown, figures } = renderPage(model);
  for (const { path, svg } of figures) await store.writeRunFile(run.run, path, svg);
  await store.writeRunFile(run.run, 'report.md', markdown);
  return { path: await store.writeRunFile(run.run, 'report.html', html), model };
}

/** Reads at once: enough to hide the latency of a disk. */
const readsAtOnce = 64;

async function readRecords(
  store: Store,
  run: string,
  cells: readonly PlanCell[],
): Promise<ReadonlyMap<string, CellRecord>> {
  const have = await store.haveRecords(
    cells.map(cell => cell.key),
    run,
  );
  const keys = [...new Set(cells.filter((_, index) => have[index]).map(cell => cell.key))];
  const records = new Map<string, CellRecord>();
  for (let start = 0; start < keys.length; start += readsAtOnce) {
    const some = keys.slice(start, start + readsAtOnce);
    const found = await Promise.all(some.map(key => store.record(key, run)));
    // Under the key that was asked for: what a record says of itself is checked by nobody here.
    for (const [index, key] of some.entries()) {
      const record = found[index];
      if (record !== undefined) records.set(key, record);
    }
  }
  return records;
}

/** The report's cell is the one of its kind; a study without `report:` has none. */
async function reportBody(
  store: Store,
  cells: readonly PlanCell[],
  recordOf: (key: string) => CellRecord | undefined,
): Promise<ReportBody | undefined> {
  const cell = cells.find(({ use }) => use === 'report');
  const artifact = cell === undefined ? undefined : recordOf(cell.key)?.outputs['body'];
  return artifact === undefined ? undefined : getJson(store, artifact.digest, reportBodySchema);
}
