/** The lineage of the cells whose numbers a page shows. */
import type { CellName } from '../../activities/report/report-rows.ts';
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import type { Lineage, LineageEntry } from './page-model.ts';
import type { PageSources } from './page-sources.ts';

/** Cells told in full, those they were made from included, and cells told by name: the command tells of all. */
const limits = { full: 160, withAncestors: 260, named: 2000 } as const;

/** Cells of sections and gates, each once, in the order of the plan, and then what they were made from. */
export function shownLineage(shown: readonly CellName[], sources: PageSources): Lineage {
  const names = namesByKey(sources.cells);
  const wanted = new Map(shown.map(({ key, name }) => [key, names.get(key) ?? [name]]));
  const order = [...names.keys(), ...wanted.keys()].filter(key => wanted.has(key));
  const entries: LineageEntry[] = [];
  const named: CellName[] = [];
  let omitted = 0;
  for (const key of new Set(order)) {
    const own = wanted.get(key) ?? [];
    const entry = entries.length < limits.full ? entryOf(key, own, { names, sources }) : undefined;
    if (entry !== undefined) entries.push(entry);
    else if (named.length < limits.named) named.push({ key, name: own[0] ?? '' });
    else omitted += 1;
  }
  return { entries, ancestors: ancestorsOf(entries, { names, sources }), named, omitted };
}

interface Known {
  readonly names: ReadonlyMap<string, readonly string[]>;
  readonly sources: PageSources;
}

/** Undefined where the cell has no record. */
function entryOf(key: string, own: readonly string[], { names, sources }: Known): LineageEntry | undefined {
  const record = sources.recordOf(key);
  if (record === undefined) return undefined;
  const parts = Object.values(record.inputs).flatMap(input => input.parts);
  const known = parts.flatMap(part => {
    const [name] = names.get(part.key) ?? [];
    return name === undefined ? [] : [[part.key, name]];
  });
  return { names: own, record, inputNames: Object.fromEntries(known) };
}

/** What some cells were made from, nearest first, as far as there is room. */
function ancestorsOf(entries: readonly LineageEntry[], known: Known): LineageEntry[] {
  const seen = new Set<string>(entries.map(({ record }) => record.key));
  const open = [...entries];
  const ancestors: LineageEntry[] = [];
  for (const { record } of open) {
    for (const { key } of Object.values(record.inputs).flatMap(input => input.parts)) {
      if (seen.has(key) || open.length >= limits.withAncestors) continue;
      seen.add(key);
      const entry = entryOf(key, known.names.get(key) ?? [], known);
      if (entry === undefined) continue;
      ancestors.push(entry);
      open.push(entry);
    }
  }
  return ancestors;
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
