/** Failed cells, those that failed alike together: a hundred times the same mistake is one thing to know. */
import type { FailureClass } from '../../schemas/failure.ts';
import type { PlanCell } from '../../schemas/plan.ts';
import { groupBy } from '../../stats/grouped-values.ts';
import type { RunView } from './run-view.ts';

export interface AlikeFailures {
  readonly step: string;
  readonly class: FailureClass | undefined;
  readonly reason: string | undefined;
  /** In the order of the plan; at least one. */
  readonly cells: readonly PlanCell[];
}

/** One group for each step, class and reason, in the order of the plan. */
export function alikeFailures(cells: readonly PlanCell[], view: RunView): AlikeFailures[] {
  const failed = cells.filter(({ index }) => view.cell(index).state === 'failed');
  const groups = groupBy(failed, ({ step, index }) => {
    const { class: failure, reason } = view.cell(index);
    return JSON.stringify([step, failure, reason]);
  });
  return [...groups.values()].flatMap(members => {
    const [first] = members;
    if (first === undefined) return [];
    const { class: failure, reason } = view.cell(first.index);
    return [{ step: first.step, class: failure, reason, cells: members }];
  });
}
