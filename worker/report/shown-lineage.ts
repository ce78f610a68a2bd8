/** The lineage of the cells whose numbers a page shows. */
import type { CellName } from '../../activities/report/report-rows.ts';
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import type { Lineage, LineageEntry } from './page-model.ts';
import type { PageSources } from './page-sources.ts';

/** Cells told in full, and cells told by name: a page is for reading, the command for searching. */
const limits = { full: 160, named: 2000 } as const;

/** Cells of sections and gates, each once, in the order of the plan; cells of the sections' own first names after it. */
export function shownLineage(shown: readonly CellName[], { cells, recordOf }: PageSources): Lineage {
  const names = namesByKey(cells);
  const wanted = new Map(shown.map(cell => [cell.key, cell]));
  const order = [...names.keys()].filter(key => wanted.has(key));
  const others = [...wanted.keys()].filter(key => !names.has(key));
  const entries: LineageEntry[] = [];
  const named: CellName[] = [];
  let omitted = 0;
  for (const key of [...order, ...others]) {
    const own = names.get(key) ?? [wanted.get(key)?.name ?? ''];
    const record = entries.length < limits.full ? recordOf(key) : undefined;
    if (record !== undefined) entries.push({ names: own, record });
    else if (named.length < limits.named) named.push({ key, name: own[0] ?? '' });
    else omitted += 1;
  }
  return { entries, named, omitted };
}

/** Every name that the plan has for a key: a removal that removes nothing is the baseline by another name. */
function namesByKey(cells: readonly PlanCell[]): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { key, step, at } of cells) {
    const known = names.get(key);
    if (known === undefined) names.set(key, [cellName(step, at)]);
    else known.push(cellName(step, at));
  }
  return names;
}
