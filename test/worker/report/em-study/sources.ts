/** Everything a page of that study is made from. */
import { renderSections } from '../../../../activities/report/render-sections.ts';
import type { PageSources } from '../../../../worker/report/page-sources.ts';
import { emPlan } from './plan.ts';
import { emGates, emReport } from './report.ts';
import { emRows } from './rows.ts';
import { emRun } from './run.ts';

export async function emSources(): Promise<PageSources> {
  const plan = emPlan();
  const body = await renderSections(emReport, emRows, emGates);
  return { ...plan, ...emRun(plan), body, now: '2026-01-15T07:00:00.000Z' };
}
