/** What failed in a run, for people: cells that failed alike on one line, with why below it. */
import { cellName } from '../../schemas/plan.ts';
import { type AlikeFailures, alikeFailures } from '../run/alike-failures.ts';
import type { DisplayedRun } from './progress-display.ts';
import { count } from './quantities.ts';
import type { Paint } from './terminal.ts';
import { wrapText } from './wrap-text.ts';

/** Kinds of failures shown; the rest are counted. */
const shownKinds = 10;
/** Names on the line of those that failed alike. */
const shownNames = 3;
/** Lines of a message: the rest of a stack is in the report. */
const shownLines = 12;

const indent = ' '.repeat(8);

export function failureLines(
  { cells, view }: Pick<DisplayedRun, 'cells' | 'view'>,
  paint: Paint,
  width = 80,
): string[] {
  const kinds = alikeFailures(cells, view);
  const lines = kinds.slice(0, shownKinds).flatMap(kind => {
    const [head = '', ...more] = wrapText(headOf(kind), width - indent.length);
    const reason = (kind.reason ?? 'it said nothing').trimEnd().split('\n');
    const shown = reason.slice(0, shownLines).flatMap(line => wrapText(line, width - indent.length));
    const left = reason.length > shownLines ? [`… ${count(reason.length - shownLines, 'more line')}`] : [];
    return [`${paint.red('failed')}  ${head}`, ...[...more, ...shown, ...left].map(line => indent + line)];
  });
  const rest = kinds.slice(shownKinds);
  if (rest.length === 0) return lines;
  const cellsLeft = rest.reduce((sum, kind) => sum + kind.cells.length, 0);
  return [...lines, `${indent}and ${count(cellsLeft, 'more failed cell')} with ${count(rest.length, 'other message')}`];
}

/** `left[i=4] (user)`, or `116 cells of left (user): left[i=4], left[i=5], left[i=6] and 113 more`. */
function headOf({ step, class: failure = 'infrastructure', cells }: AlikeFailures): string {
  const names = cells.slice(0, shownNames).map(cell => cellName(cell.step, cell.at));
  if (cells.length === 1) return `${names[0]} (${failure})`;
  const more = cells.length > shownNames ? ` and ${count(cells.length - shownNames, 'more', 'more')}` : '';
  return `${count(cells.length, 'cell')} of ${step} (${failure}): ${names.join(', ')}${more}`;
}
