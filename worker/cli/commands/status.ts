/** `espalier status [RUN]`: how a run stands, from its log alone. */
import { allCells } from '../../../activities/open-run.ts';
import { createPlanReader } from '../../../activities/plan-reader.ts';
import { type PlanCell, cellName } from '../../../schemas/plan.ts';
import { homeOf } from '../../home.ts';
import { findRun } from '../../run/find-run.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { lostWork } from '../../run/lost-work.ts';
import { readRunView, shownState } from '../../run/read-run-view.ts';
import type { CellView, RunView } from '../../run/run-view.ts';
import { findUp } from '../../run/up-file.ts';
import { awaitedLines } from '../awaited-lines.ts';
import { axisLine, axisProgress, indexAxes } from '../axis-progress.ts';
import { type Command, type CommandContext, printJson } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { failureLines } from '../failure-lines.ts';
import { foldGates } from '../fold-gates.ts';
import { lostLines } from '../lost-lines.ts';
import { count, grouped } from '../quantities.ts';
import { textTable } from '../text-table.ts';
import { wrapText } from '../wrap-text.ts';

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
    const failures = troubled.map(cell => {
      const { because, ...end } = view.cell(cell.index);
      const cause = because === undefined ? {} : { because: nameAt(cells, because) };
      return { cell: cellName(cell.step, cell.at), key: cell.key, ...end, ...cause };
    });
    const attempts = view.attempts().map(({ cell, ...attempt }) => ({ cell: nameAt(cells, cell), ...attempt }));
    printJson(context, {
      run: record.run,
      study: record.study,
      state,
      cells: head.cells,
      ...view.counts(),
      steps,
      failures,
      attempts,
      lost: lostWork(cells, view),
      changed: cells.flatMap(cell => {
        const { changed } = view.cell(cell.index);
        return changed === undefined ? [] : [{ cell: cellName(cell.step, cell.at), changed }];
      }),
      differing: view.differing().map(cell => nameAt(cells, cell)),
      approvals: view.awaited(),
    });
  } else printStatus(context, { run: record.run, state, view, cells, steps });
  return exitCodes.done;
};

type StateCounts = { readonly [state in CellView['state']]: number };

const noCells: StateCounts = {
  waiting: 0,
  running: 0,
  cached: 0,
  done: 0,
  failed: 0,
  blocked: 0,
  skipped: 0,
  cancelled: 0,
};

function countStates(cells: readonly PlanCell[], view: RunView): StateCounts {
  const counts = { ...noCells };
  for (const cell of cells) counts[view.cell(cell.index).state] += 1;
  return counts;
}

type StepStates = StateCounts & { readonly step: string; readonly use: string };

function sumStates(name: string, steps: readonly StepStates[]): StepStates {
  const counts = { ...noCells };
  for (const step of steps) for (const state of shownStates) counts[state] += step[state];
  return { step: name, use: steps[0]?.use ?? '', ...counts };
}

interface Status {
  readonly run: string;
  readonly state: string;
  readonly view: RunView;
  readonly cells: readonly PlanCell[];
  readonly steps: readonly StepStates[];
}

function printStatus({ terminal }: CommandContext, { run, state, view, cells, steps }: Status): void {
  const states = shownStates.filter(each => view.counts()[each] > 0);
  const columns = [
    { title: 'step', flexible: true as const },
    ...states.map(title => ({ title, align: 'right' as const })),
  ];
  const rows = foldGates(steps, sumStates)
    .filter(step => shownStates.some(each => step[each] > 0))
    .map(step => [step.step, ...states.map(each => (step[each] === 0 ? '' : grouped(step[each])))]);
  const [head = '', ...lines] = textTable(columns, rows, terminal.width());
  terminal.out(terminal.paint.bold(head));
  for (const line of lines) terminal.out(line);
  terminal.out('');
  for (const progress of axisProgress(indexAxes(cells), view)) terminal.out(axisLine(progress, terminal.width()));
  for (const line of failureLines({ cells, view }, terminal.paint, terminal.width())) terminal.out(line);
  for (const line of lostLines({ cells, view }, terminal.width())) terminal.out(line);
  for (const line of differingLines(cells, view, terminal.width())) terminal.out(line);
  for (const each of view.awaited())
    for (const line of awaitedLines(run, each).flatMap(text => wrapText(text, terminal.width()))) terminal.out(line);
  terminal.out(`${run}: ${state}, ${count(cells.length, 'cell')}`);
}

/** Cells that were made twice and are not what they were. */
function differingLines(cells: readonly PlanCell[], view: RunView, width: number): string[] {
  const [first, ...more] = view.differing();
  if (first === undefined) return [];
  const which = more.length === 0 ? nameAt(cells, first) : `${nameAt(cells, first)} and ${grouped(more.length)} more`;
  return wrapText(`differs ${which}: made twice, other bytes the second time. See: espalier audit`, width);
}

function nameAt(cells: readonly PlanCell[], index: number): string {
  const cell = cells[index];
  return cell === undefined ? `cell ${index}` : cellName(cell.step, cell.at);
}
