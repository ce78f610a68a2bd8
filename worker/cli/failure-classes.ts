/** Failures of a run counted by class: of cells that have failed, and of attempts that were made again. */
import type { FailureClass } from '../../schemas/failure.ts';
import type { PlanCell } from '../../schemas/plan.ts';
import type { RunView } from '../run/run-view.ts';

export type ClassCounts = { readonly [failure in FailureClass]?: number };

export interface FailureClasses {
  readonly failed: ClassCounts;
  readonly attempts: ClassCounts;
}

export function failureClassCounts(cells: readonly PlanCell[], view: RunView): FailureClasses {
  const failed = cells.flatMap(({ index }) => {
    const { state, class: failure = 'infrastructure' } = view.cell(index);
    return state === 'failed' ? [failure] : [];
  });
  return { failed: countsOf(failed), attempts: countsOf(view.attempts().map(each => each.class)) };
}

/** `failed: 2 user, 1 diverged; tried again: 3 preempted`; nothing where all went well. */
export function failureClassLine({ failed, attempts }: FailureClasses): string | undefined {
  const list = (counts: ClassCounts) =>
    Object.entries(counts)
      .map(([failure, number]) => `${number} ${failure}`)
      .join(', ');
  const parts = [
    ...(Object.keys(failed).length === 0 ? [] : [`failed: ${list(failed)}`]),
    ...(Object.keys(attempts).length === 0 ? [] : [`tried again: ${list(attempts)}`]),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
}

function countsOf(classes: readonly FailureClass[]): ClassCounts {
  const counts: { [failure in FailureClass]?: number } = {};
  for (const failure of classes) counts[failure] = (counts[failure] ?? 0) + 1;
  return counts;
}
