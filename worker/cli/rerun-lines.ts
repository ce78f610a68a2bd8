/** What a rerun will do, for people, before it does it. */
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import { numbersIn } from '../../schemas/ranges.ts';
import { groupBy } from '../../stats/grouped-values.ts';
import type { EarlierEnd, PlannedRerun } from '../run/plan-rerun.ts';
import { changeLines } from './change-lines.ts';
import { count, grouped } from './quantities.ts';
import { textTable } from './text-table.ts';
import { wrapText } from './wrap-text.ts';

/** Groups of cells shown; the rest are counted. */
const shownGroups = 15;

/** The differences first, then the cells by step and how they stood, then what stays as it is. */
export function rerunLines(run: string, planned: PlannedRerun, width: number): string[] {
  const { changed, made, left, stuck } = planned;
  const stays = left.reduce((sum, { ranges }) => sum + [...numbersIn(ranges)].length, 0);
  const [first, ...more] = stuck;
  const lines = [
    `rerun of ${run}: ${count(made.length, 'cell')}`,
    ...madeLines(planned, width),
    ...(stays > 0 ? wrapText(staysText(planned, stays), width) : []),
    ...(first === undefined
      ? []
      : wrapText(
          `${stuckText(first)}${more.length === 0 ? '' : `; so it is with ${grouped(more.length)} more`}`,
          width,
        )),
  ];
  return changed === undefined ? lines : [...changeLines(changed, width), ...lines];
}

function staysText({ made, left }: PlannedRerun, stays: number): string {
  const text = `${count(stays, 'cell')} without a result ${stays === 1 ? 'stays as it is' : 'stay as they are'}`;
  const isCalledOff = made.length === 0 && left.every(({ state }) => state === 'cancelled');
  return isCalledOff ? `${text}: called off, not failed. --cells 'state == "cancelled"' chooses them` : text;
}

export function stuckText({ cell, lacks }: PlannedRerun['stuck'][number]): string {
  const what = lacks === undefined ? 'an input that is not chosen' : `${nameOf(lacks)}, which is not chosen`;
  return `${nameOf(cell)} cannot run: it needs ${what}`;
}

function madeLines(planned: PlannedRerun, width: number): string[] {
  const { made, endOf } = planned;
  const groups = [
    ...groupBy(made, cell => `${cell.step} ${endOf(cell).state} ${endOf(cell).class} ${endOf(cell).reason}`),
  ];
  const rows = groups.slice(0, shownGroups).map(([, cells]) => row(cells, planned));
  const columns = [
    { title: 'step', flexible: true },
    { title: 'cells', align: 'right' },
    { title: 'was', flexible: true },
  ] as const;
  const [, ...lines] = textTable(columns, rows, width - 2);
  const rest = groups.slice(shownGroups).reduce((sum, [, cells]) => sum + cells.length, 0);
  return [...lines, ...(rest > 0 ? [`and ${count(rest, 'more cell')}`] : [])].map(line => `  ${line}`);
}

function row(cells: readonly PlanCell[], { endOf, changed }: PlannedRerun): string[] {
  const [first] = cells;
  if (first === undefined) return [];
  const { state, class: failure, reason } = endOf(first);
  const isChanged = changed !== undefined;
  const short = (reason ?? '').split('\n')[0] ?? '';
  const why = `${failure === undefined ? '' : ` (${failure})`}${short === '' ? '' : `: ${short}`}`;
  return [cells.length === 1 ? nameOf(first) : first.step, grouped(cells.length), `${wordOf(state, isChanged)}${why}`];
}

function wordOf(state: EarlierEnd['state'], isChanged: boolean): string {
  switch (state) {
    case 'new':
      return 'not there';
    case 'waiting':
      return 'never begun';
    case 'done':
    case 'cached':
      return isChanged ? 'there, with another key' : 'there, but its result is partial or gone';
    default:
      return state;
  }
}

function nameOf({ step, at }: PlanCell): string {
  return cellName(step, at);
}
