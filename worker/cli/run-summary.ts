/** What came of a run, for people: counts, verdicts, what failed and why, what to do next, where the report is. */
import { gateOutcomes } from '../run/gate-outcomes.ts';
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import type { RunRecord } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';
import type { RunView } from '../run/run-view.ts';
import type { CommandContext } from './command.ts';
import { count, duration, figure, grouped } from './quantities.ts';
import { textTable } from './text-table.ts';

export interface SummarisedRun {
  readonly store: Store;
  readonly record: RunRecord;
  readonly cells: readonly PlanCell[];
  readonly view: RunView;
  readonly seconds: number;
  readonly report: string;
}

/** Failures listed one by one; the rest are counted. */
const listedFailures = 10;

export async function printRunSummary(context: CommandContext, run: SummarisedRun): Promise<void> {
  const { terminal } = context;
  const { view, cells, record, seconds, report } = run;
  const { done, cached, failed, blocked, skipped, cancelled } = view.counts();
  await printVerdicts(context, run);
  printFailures(context, run);
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
  if (!well) terminal.out(`again   espalier run ${record.file}   (only what failed or was blocked)`);
}

async function printVerdicts({ terminal }: CommandContext, { store, record }: SummarisedRun): Promise<void> {
  const outcomes = await gateOutcomes(store, record);
  if (outcomes.length === 0) return;
  const paint = {
    pass: terminal.paint.green,
    fail: terminal.paint.red,
    inconclusive: terminal.paint.yellow,
    not_estimable: terminal.paint.yellow,
  } as const;
  const rows = outcomes.map(({ name, claim, value, n, op, threshold, verdict }) => [
    verdict.replace('_', ' '),
    name,
    value === null ? '–' : figure(value),
    `${op} ${figure(threshold)}`,
    n === null ? '' : String(n),
    claim,
  ]);
  const columns = [
    { title: 'verdict' },
    { title: 'gate' },
    { title: 'value', align: 'right' },
    { title: 'wanted' },
    { title: 'n', align: 'right' },
    { title: 'claim', flexible: true },
  ] as const;
  const [head = '', ...lines] = textTable(columns, rows, terminal.width());
  terminal.out(terminal.paint.bold(head));
  for (const [index, line] of lines.entries()) {
    const verdict = outcomes[index]?.verdict ?? 'inconclusive';
    const length = verdict.length;
    terminal.out(paint[verdict](line.slice(0, length)) + line.slice(length));
  }
  terminal.out('');
}

function printFailures({ terminal }: CommandContext, { cells, view }: SummarisedRun): void {
  const failed = cells.filter(cell => view.cell(cell.index).state === 'failed');
  for (const cell of failed.slice(0, listedFailures)) {
    const { class: failure = 'unknown', reason = '' } = view.cell(cell.index);
    terminal.out(`${terminal.paint.red('failed')}  ${cellName(cell.step, cell.at)} (${failure})`);
    for (const line of reason.split('\n')) terminal.out(`        ${line}`);
  }
  if (failed.length > listedFailures)
    terminal.out(`        and ${count(failed.length - listedFailures, 'more failed cell')}: espalier status`);
  for (const failure of view.branchFailures()) terminal.out(`${terminal.paint.red('broken')}  ${failure}`);
}
