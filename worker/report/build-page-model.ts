/** Everything that a page says of a run, brought together from the plan, the run's log, its records and its report. */
import type { CellName } from '../../activities/report/report-rows.ts';
import { counted } from '../../activities/report/format-value.ts';
import type { CellRecord } from '../../schemas/cell-record.ts';
import { cellName } from '../../schemas/plan.ts';
import { grouped } from '../cli/quantities.ts';
import { lostWork } from '../run/lost-work.ts';
import type { Counts } from '../run/run-view.ts';
import { environmentTallies, environmentWarnings } from './environment-tallies.ts';
import { failureGroups } from './failure-groups.ts';
import { verdictCounts } from './gate-blocks.ts';
import type { PageModel, RegisteredGate } from './page-model.ts';
import type { PageSources } from './page-sources.ts';
import { registeredGates } from './registered-gates.ts';
import { runGraph } from './run-graph.ts';
import { seedValues } from './seed-values.ts';
import { shownLineage } from './shown-lineage.ts';
import { finished, stepTallies, troubles } from './step-tallies.ts';

/** Pure: the same sources give the same model. */
export function buildPageModel(sources: PageSources): PageModel {
  const { run, head, view, body, cells, now } = sources;
  const state = view.state();
  const gates = registeredGates(sources);
  const ran = stepTallies(sources);
  const environments = environmentTallies(recordsOf(sources));
  const shown = [...(body?.sections.flatMap(section => section.cells) ?? []), ...gates.map(({ cell }) => cell)];
  return {
    format: 1,
    title: body?.title ?? head.study,
    ...(body?.question === undefined ? {} : { question: body.question }),
    ...(head.description === undefined ? {} : { description: head.description }),
    ...(state === undefined ? {} : { state }),
    study: head.study,
    run: run.run,
    file: run.file,
    espalier: run.espalier,
    summary: summaryOf(head.cells, view.counts(), gates, view.ended() !== undefined),
    created: run.created,
    ...times(sources),
    made: now,
    counts: view.counts(),
    graph: runGraph(sources, ran, gates),
    sections: body?.sections ?? [],
    ...(body === undefined ? { withoutSections: whyNoSections(sources) } : {}),
    gates,
    ran,
    failures: failureGroups(sources),
    lost: lostWork(cells, view),
    changed: changedCells(sources),
    branchFailures: view.branchFailures(),
    params: head.params,
    axes: head.axes,
    seeds: seedValues(cells),
    kinds: kindsOf(sources),
    sources: head.sources,
    plan: run.plan,
    environments,
    warnings: environmentWarnings(environments),
    lineage: shownLineage(distinct(shown), sources),
  };
}

/** `410 of 412 cells have results (300 computed here, 110 from the store); 2 failed. 7 gates: 3 pass, 2 fail.` */
function summaryOf(cells: number, counts: Counts, gates: readonly RegisteredGate[], ended: boolean): string {
  const trouble = troubles(counts);
  const open = counts.waiting + counts.running;
  const parts = [
    `${grouped(finished(counts))} of ${counted(cells, 'cell')} have results (${grouped(counts.done)} computed in this run, ${grouped(counts.cached)} taken from the store)`,
    ...(trouble === '' ? [] : [trouble]),
    ...(counts.skipped > 0 ? [`${grouped(counts.skipped)} skipped by gates`] : []),
    ...(open > 0 ? [`${grouped(open)} ${ended ? 'not begun' : 'still to come'}`] : []),
  ];
  const verdicts = gates.length === 0 ? '' : ` ${verdictCounts(gates)}`;
  return `${parts.join(', ')}.${verdicts}`;
}

function changedCells({ cells, view }: PageSources): PageModel['changed'] {
  return cells.flatMap(({ index, key, step, at }) => {
    const { changed } = view.cell(index);
    return changed === undefined ? [] : [{ cell: { key, name: cellName(step, at) }, change: changed }];
  });
}

function times({ view, now }: PageSources): Pick<PageModel, 'started' | 'ended' | 'seconds'> {
  const [started, ended] = [view.started(), view.ended()];
  if (started === undefined) return {};
  const seconds = Math.max(0, (Date.parse(ended ?? now) - Date.parse(started)) / 1000);
  return { started, ...(ended === undefined ? {} : { ended }), seconds };
}

function whyNoSections({ head, cells, view }: PageSources): string {
  const report = cells.find(({ use }) => use === 'report');
  if (report === undefined) return 'The study declares no report.';
  const { state, reason } = view.cell(report.index);
  const why = reason === undefined ? '' : `: ${reason}`;
  return `The report of ${head.study} is not drawn: its cell is ${state}${why}.`;
}

/** Records of the cells that have results, each once. */
function recordsOf({ cells, view, recordOf }: PageSources): CellRecord[] {
  const keys = cells.flatMap(({ index, key }) => {
    const { state } = view.cell(index);
    return state === 'done' || state === 'cached' ? [key] : [];
  });
  return [...new Set(keys)].flatMap(key => recordOf(key) ?? []);
}

function kindsOf({ cells }: PageSources): PageModel['kinds'] {
  const kinds = new Map(cells.map(({ use, version }) => [`${use} ${version}`, { use, version }]));
  return [...kinds.values()];
}

function distinct(cells: readonly CellName[]): CellName[] {
  return [...new Map(cells.map(cell => [cell.key, cell])).values()];
}
