/** What each kind of fault cost: how often it was done, how much work was begun again, how many seconds were lost. */
import type { RunEvent } from '../../schemas/run.ts';
import { textTable } from '../../worker/cli/text-table.ts';
import type { Blow } from './disturbed-run.ts';
import type { FaultKind } from './faults.ts';

interface Cost {
  times: number;
  again: number;
  lost: number;
}

export interface CrashTable {
  readonly add: (blows: readonly Blow[], events: readonly RunEvent[]) => void;
  readonly text: () => string;
}

export function createCrashTable(): CrashTable {
  const costs = new Map<FaultKind | 'none before', Cost>();
  const costOf = (kind: FaultKind | 'none before') => {
    const cost = costs.get(kind) ?? { times: 0, again: 0, lost: 0 };
    costs.set(kind, cost);
    return cost;
  };
  return {
    add: (blows, events) => {
      for (const { kind } of blows) costOf(kind).times += 1;
      // What is begun again or lost is put down to the last fault before it.
      const blamed = (at: string) => costOf(blows.findLast(blow => blow.at <= Date.parse(at))?.kind ?? 'none before');
      const begun = new Set<number>();
      for (const event of events) {
        if (event.event === 'cell-started') {
          if (begun.has(event.cell)) blamed(event.at).again += 1;
          begun.add(event.cell);
        }
        if (event.event === 'cell-attempt-failed') blamed(event.at).lost += event.lost ?? 0;
      }
    },
    text: () => {
      const rows = [...costs].toSorted(([a], [b]) => a.localeCompare(b));
      return textTable(
        [
          { title: 'fault' },
          { title: 'times', align: 'right' },
          { title: 'begun again', align: 'right' },
          { title: 'seconds lost', align: 'right' },
        ],
        rows.map(([kind, { times, again, lost }]) => [kind, String(times), String(again), lost.toFixed(1)]),
      ).join('\n');
    },
  };
}
