/** A plan held against a run: what is new, reused, invalidated, still unmade, and what the run had that is no more. */
import type { Plan, PlanCell } from '../../schemas/plan.ts';
import type { RunRecord } from '../../schemas/run.ts';
import { groupBy } from '../../stats/grouped-values.ts';
import type { Store } from '../../store/store.ts';
import { type CellComparison, comparePlans } from './compare-plans.ts';
import { readRunPlan } from './read-run-plan.ts';
import { recordedRuns } from './recorded-runs.ts';
import { type WhatChanged, changesIn } from './what-changed.ts';

/**
 * `reused`: a result is there, whoever made it. Of cells without one: `new` where the run had no cell of that name,
 * `invalidated` where it had one of another key, `unmade` where it had the same and came to no result. `orphaned`: the
 * run's cells that the plan has no more.
 */
const standings = ['new', 'reused', 'invalidated', 'unmade', 'orphaned'] as const;
export type Standing = (typeof standings)[number];
export type StandingCounts = { readonly [standing in Standing]: number };

export interface AgainstRun extends StandingCounts {
  readonly run: string;
  readonly steps: readonly (StandingCounts & { readonly step: string })[];
  /** Which runs made what is reused. */
  readonly reused_from: readonly { readonly run: string; readonly cells: number }[];
  /** Of what is invalidated: fields of the cells' own recipes, and the cells below those. */
  readonly changes: WhatChanged['changes'];
  readonly below: number;
}

export async function againstRun(store: Store, plan: Plan, run: RunRecord): Promise<AgainstRun> {
  const recorded = await store.haveRecords(plan.cellList.map(cell => cell.key));
  const { cells, orphaned } = comparePlans((await readRunPlan(store, run)).cellList, plan.cellList);
  const found = plan.cellList.filter(({ index }) => recorded[index]);
  const makers = await recordedRuns(store, found);
  const standing = [
    ...cells.map(({ cell, comparison }) => ({
      cell,
      standing: recorded[cell.index] ? ('reused' as const) : standingOf(comparison),
    })),
    ...orphaned.map(cell => ({ cell, standing: 'orphaned' as const })),
  ];
  const lacking = cells.filter(({ cell }) => !recorded[cell.index]);
  const { changes, below } = changesIn(run.run, { cells: lacking, orphaned: [] });
  return {
    run: run.run,
    ...countStandings(standing),
    steps: [...groupBy(standing, ({ cell }) => cell.step)].map(([step, own]) => ({ step, ...countStandings(own) })),
    reused_from: [...makers].map(([maker, indices]) => ({ run: maker, cells: indices.length })),
    changes,
    below,
  };
}

function standingOf({ kind }: CellComparison): Standing {
  if (kind === 'added') return 'new';
  return kind === 'same' ? 'unmade' : 'invalidated';
}

function countStandings(cells: readonly { readonly cell: PlanCell; readonly standing: Standing }[]): StandingCounts {
  const counts = { new: 0, reused: 0, invalidated: 0, unmade: 0, orphaned: 0 };
  for (const { standing } of cells) counts[standing] += 1;
  return counts;
}
