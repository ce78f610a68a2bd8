/** `espalier status [RUN]`: how a run stands, from its log alone. */
import { allCells } from '../../../activities/open-run.ts';
import { createPlanReader } from '../../../activities/plan-reader.ts';
import { type PlanCell, cellName } from '../../../schemas/plan.ts';
import { homeOf } from '../../home.ts';
import { findRun } from '../../run/find-run.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { readRunView, shownState } from '../../run/read-run-view.ts';
import type { CellView, RunView } from '../../run/run-view.ts';
import { findUp } from '../../run/up-file.ts';
import { axisLine, axisProgress, indexAxes } from '../axis-progress.ts';
import { type Command, type CommandContext, printJson } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { count, grouped } from '../quantities.ts';
import { textTable } from '../text-table.ts';

const shownStates = ['done', 'cached', 'running', 'waiting', 'failed', 'blocked', 'skipped', 'cancelled'] as const;

export const status: Command<{ readonly run: string | undefined }> = async (context, given) => {
  const { config } = context;
  const store = await openHomeStore(config.home);
  const record = await findRun(store, given.run);
  const plans = createPlanReader(store);
  const head = await plans.head(record.plan);
  const cells = await allCells(plans, record.plan, head);
  const view = await readRunView(store, record.run, head.cells);
  const served = findUp(homeOf(config.home)) !== undefined;
  const state = await shownState(store, { run: record.run, view, served });
  const steps = head.steps.map(({ step, use }) => ({
    step,
    use,
    ...countStates(
      cells.filter(cell => cell.step === step),
      view,
    ),
  }));
  const troubled = cells.filter(cell => ['failed', 'blocked'].includes(view.cell(cell.index).state));
  if (context.json) {
    const { seconds: _, ...counts } = { seconds: 0, ...view.counts() };
    const failures = troubled.map(cell => ({
      cell: cellName(cell.step, cell.at),
      key: cell.key,
      ...view.cell(cell.index),
    }));
    const attempts = view.attempts().map(({ cell, ...attempt }) => ({ cell: nameAt(cells, cell), ...attempt }));
    printJson(context, {
      run: record.run,
      study: record.study,
      state,
      cells: head.cells,
      ...counts,
      steps,
      failures,
      attempts,
    });
  } else printStatus(context, { run: record.run, state, view, cells, steps, troubled });
  return exitCodes.done;
};

type StateCounts = { readonly [state in CellView['state']]: number };

function countStates(cells: readonly PlanCell[], view: RunView): StateCounts {
  const counts = { waiting: 0, running: 0, cached: 0, done: 0, failed: 0, blocked: 0, skipped: 0, cancelled: 0 };
  for (const cell of cells) counts[view.cell(cell.index).state] += 1;
  return counts;
}

interface Status {
  readonly run: string;
  readonly state: string;
  readonly view: RunView;
  readonly cells: readonly PlanCell[];
  readonly steps: readonly (StateCounts & { readonly step: string })[];
  readonly troubled: readonly PlanCell[];
}

function printStatus({ terminal }: CommandContext, { run, state, view, cells, steps, troubled }: Status): void {
  const states = shownStates.filter(each => view.counts()[each] > 0);
  const columns = [
    { title: 'step', flexible: true as const },
    ...states.map(title => ({ title, align: 'right' as const })),
  ];
  const rows = steps
    .filter(step => shownStates.some(each => step[each] > 0))
    .map(step => [step.step, ...states.map(each => (step[each] === 0 ? '' : grouped(step[each])))]);
  const [head = '', ...lines] = textTable(columns, rows, terminal.width());
  terminal.out(terminal.paint.bold(head));
  for (const line of lines) terminal.out(line);
  terminal.out('');
  for (const progress of axisProgress(indexAxes(cells), view)) terminal.out(axisLine(progress, terminal.width()));
  for (const cell of troubled.filter(each => view.cell(each.index).state === 'failed')) {
    const { class: failure = 'unknown', reason = '' } = view.cell(cell.index);
    terminal.out(`${terminal.paint.red('failed')}  ${cellName(cell.step, cell.at)} (${failure}): ${reason}`);
  }
  terminal.out(`${run}: ${state}, ${count(cells.length, 'cell')}`);
}

function nameAt(cells: readonly PlanCell[], index: number): string {
  const cell = cells[index];
  return cell === undefined ? `cell ${index}` : cellName(cell.step, cell.at);
}
