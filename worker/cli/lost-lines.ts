/** What failures cost a run and what they changed in it, for people. */
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import { type LostWork, lostWork } from '../run/lost-work.ts';
import type { RunView } from '../run/run-view.ts';
import { count, duration } from './quantities.ts';
import { wrapText } from './wrap-text.ts';

/** Cells with another recipe that are named; the rest are counted. */
const shownChanges = 5;

const indent = ' '.repeat(8);

export function lostLines(
  { cells, view }: { readonly cells: readonly PlanCell[]; readonly view: RunView },
  width = 80,
): string[] {
  const lost = lostWork(cells, view).map(each => `${each.class}: ${lostText(each)}`);
  const changed = cells.flatMap(cell => {
    const { changed: change } = view.cell(cell.index);
    return change === undefined ? [] : [`${cellName(cell.step, cell.at)}: ${change}`];
  });
  const more = changed.length - shownChanges;
  return [
    ...hung('lost', lost, width),
    ...hung(
      'changed',
      [...changed.slice(0, shownChanges), ...(more > 0 ? [`and ${count(more, 'more cell')}`] : [])],
      width,
    ),
  ];
}

/** `2 attempts at 1 cell, 3 min 20 s of GPU work to be done again`. */
function lostText({ attempts, cells, cpuSeconds, gpuSeconds }: LostWork): string {
  const spent = [
    ...(gpuSeconds > 0 ? [`${duration(gpuSeconds)} of one GPU`] : []),
    ...(cpuSeconds > 0 ? [`${duration(cpuSeconds)} of one core`] : []),
  ];
  const work = spent.length === 0 ? 'no work lost' : `${spent.join(' and ')} lost`;
  return `${count(attempts, 'attempt')} at ${count(cells, 'cell')} failed, ${work}`;
}

function hung(title: string, lines: readonly string[], width: number): string[] {
  return lines
    .flatMap(line => wrapText(line, width - indent.length))
    .map((line, index) => (index === 0 ? title.padEnd(indent.length) : indent) + line);
}
