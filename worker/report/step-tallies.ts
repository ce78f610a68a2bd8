/** How the cells of each step stand, and what work is behind them. */
import { grouped } from '../cli/quantities.ts';
import type { CellState } from '../../schemas/run.ts';
import type { CellView, Counts } from '../run/run-view.ts';
import type { StepTally } from './page-model.ts';
import type { PageSources } from './page-sources.ts';

/** One for each step of the plan, in its order. */
export function stepTallies({ head, cells, view, recordOf }: PageSources): StepTally[] {
  const tallies = new Map(head.steps.map(({ step }) => [step, { states: noCells(), seconds: 0, saved: 0 }]));
  for (const { index, step, key } of cells) {
    const tally = tallies.get(step);
    if (tally === undefined) throw new Error(`internal: the plan has a cell of ${step}, and no such step`);
    const { state, seconds } = view.cell(index);
    tally.states[state] += 1;
    tally.seconds += seconds ?? 0;
    if (state === 'cached') tally.saved += recordOf(key)?.seconds ?? 0;
  }
  return head.steps.map(({ step, use, axes, cells: count }) => {
    const tally = tallies.get(step) ?? { states: noCells(), seconds: 0, saved: 0 };
    return { step, use, axes, cells: count, ...tally };
  });
}

function noCells(): { [state in CellView['state']]: number } {
  return { waiting: 0, running: 0, cached: 0, done: 0, failed: 0, blocked: 0, skipped: 0, cancelled: 0 };
}

/** Cells that have a result. */
export function finished({ done, cached }: Counts): number {
  return done + cached;
}

const badStates = ['failed', 'blocked', 'cancelled'] as const satisfies CellState[];

/** `2 failed, 5 blocked`; empty where every cell went well or still may. */
export function troubles(counts: Counts): string {
  return badStates
    .filter(state => counts[state] > 0)
    .map(state => `${grouped(counts[state])} ${state}`)
    .join(', ');
}
