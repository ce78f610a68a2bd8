/** Rows of a unit averaged: what is measured more than once of one unit is no more than one number of it. */
import { groupBy } from '../../stats/grouped-values.ts';
import { mean } from '../../stats/moments.ts';
import { compareNameLists } from './name-order.ts';
import type { ScoredRow } from './scored-rows.ts';

export interface UnitMean extends ScoredRow {
  /** Rows behind the mean. */
  readonly rows: number;
}

/** Means of the rows whose first `depth` names agree, in the order of those names; the order of the rows is nothing to them. */
export function unitMeans(rows: readonly ScoredRow[], depth: number): UnitMean[] {
  return [...groupBy(rows, ({ names }) => JSON.stringify(names.slice(0, depth))).values()]
    .map(members => ({
      names: (members[0]?.names ?? []).slice(0, depth),
      // Ascending, so that the sum has one rounding however the rows came.
      value: mean(Float64Array.from(members, ({ value }) => value).sort()),
      rows: members.length,
    }))
    .sort((a, b) => compareNameLists(a.names, b.names));
}
