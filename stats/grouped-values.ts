/** Rows with group labels, brought into an order that does not depend on the order of the rows. */
import { mean, standardDeviation } from './moments.ts';
import { requireFinite } from './unsuitable-data-error.ts';

export interface GroupedRow {
  readonly group: string;
  readonly value: number;
}

export interface Group {
  readonly group: string;
  /** Ascending, so that sums have one rounding however the rows came. */
  readonly values: Float64Array;
}

/** The rows by group, groups in code-unit order of their names. Values must be finite. */
export function groupRows(rows: readonly GroupedRow[]): Group[] {
  requireFinite(
    rows.map(row => row.value),
    'rows of an analysis of variance',
  );
  return [...groupBy(rows, row => row.group)]
    .map(([group, members]) => ({ group, values: Float64Array.from(members, row => row.value).sort() }))
    .sort((a, b) => compareText(a.group, b.group));
}

/** Items by key, in the order in which keys first come. */
export function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = key(item);
    const members = groups.get(name);
    if (members) members.push(item);
    else groups.set(name, [item]);
  }
  return groups;
}

/** Order of code units: the same on every machine, unlike a locale's. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** n counts rows; sd has divisor n − 1 and is NaN below two rows. */
export interface GroupSummary {
  readonly group: string;
  readonly n: number;
  readonly mean: number;
  readonly sd: number;
}

export function summarizeGroup({ group, values }: Group): GroupSummary {
  return { group, n: values.length, mean: mean(values), sd: standardDeviation(values) };
}
