/** What a section lacks: the cells whose output was asked for and is not there, and why. */
import { groupBy } from '../../stats/grouped-values.ts';
import { type Block, type Inline, code } from './document.ts';
import { counted, shortened } from './format-value.ts';
import type { ReportRows } from './report-rows.ts';

/** More names than this are not listed under one reason. */
const mostNames = 8;

/** Nothing where nothing is missing. */
export function missingBlocks({ cells, missing }: ReportRows): Block[] {
  if (missing.length === 0) return [];
  const present = new Set(cells.map(({ key }) => key)).size;
  const total = present + missing.length;
  const verb = missing.length === 1 ? 'is' : 'are';
  const head = `${missing.length.toLocaleString('en-US')} of ${counted(total, 'cell')} ${verb} not in these numbers: `;
  const reasons = [...groupBy(missing, ({ reason }) => reason)].flatMap(([reason, group], index): Inline[] => [
    index === 0 ? '' : '; ',
    ...group.slice(0, mostNames).flatMap(({ name }, place): Inline[] => [place === 0 ? '' : ', ', code(name)]),
    group.length > mostNames ? ` and ${group.length - mostNames} more` : '',
    `, because ${shortened(reason)}`,
  ]);
  return [{ kind: 'note', tone: 'missing', content: [head, ...reasons, '.'] }];
}
