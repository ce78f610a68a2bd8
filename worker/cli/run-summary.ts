/** What came of a run, for people: counts, verdicts, what failed and why, what to do next, where the report is. */
import { readPlanHead } from '../../store/plan-files.ts';
import type { PlanCell } from '../../schemas/plan.ts';
import type { RunRecord } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';
import { runCommand } from '../report/commands.ts';
import { gateOutcomes } from '../run/gate-outcomes.ts';
import type { RunView } from '../run/run-view.ts';
import type { CommandContext } from './command.ts';
import { failureLines } from './failure-lines.ts';
import { lostLines } from './lost-lines.ts';
import { count, duration, grouped } from './quantities.ts';
import { verdictLines } from './verdict-lines.ts';

export interface SummarisedRun {
  readonly store: Store;
  readonly record: RunRecord;
  readonly cells: readonly PlanCell[];
  readonly view: RunView;
  readonly seconds: number;
  readonly report: string;
}

export async function printRunSummary(context: CommandContext, run: SummarisedRun): Promise<void> {
  const { terminal } = context;
  const { store, view, cells, record, seconds, report } = run;
  const { done, cached, failed, blocked, skipped, cancelled } = view.counts();
  const { gates, params } = await readPlanHead(store, record.plan);
  const decided = await gateOutcomes(store, record);
  const verdicts = verdictLines({ gates, decided, view }, terminal.paint, terminal.width());
  for (const line of verdicts) terminal.out(line);
  if (verdicts.length > 0) terminal.out('');
  for (const line of failureLines(run, terminal.paint, terminal.width())) terminal.out(line);
  for (const line of lostLines(run, terminal.width())) terminal.out(line);
  for (const failure of view.branchFailures()) terminal.out(`${terminal.paint.red('broken')}  ${failure}`);
  const parts = [
    [done, 'made'],
    [cached, 'cached'],
    [failed, 'failed'],
    [blocked, 'blocked'],
    [skipped, 'skipped by gates'],
    [cancelled, 'cancelled'],
  ] as const;
  const counts = parts.filter(([number]) => number > 0).map(([number, name]) => `${grouped(number)} ${name}`);
  const well = failed + blocked + cancelled === 0;
  const state = well ? terminal.paint.green('done') : terminal.paint.red('failed');
  terminal.out(
    `${state}  ${record.run}: ${count(cells.length, 'cell')} in ${duration(seconds)} (${counts.join(', ')})`,
  );
  terminal.out(`report  ${report}`);
  if (failed + blocked > 0) terminal.out(`rerun   espalier rerun ${record.run}   (only what failed or was blocked)`);
  if (!well) terminal.out(`again   ${runCommand(record.file, params)}   (makes only what is missing)`);
}
