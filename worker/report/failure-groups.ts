/** Cells that failed, those that failed alike together, with what waits for them. */
import { cellName } from '../../schemas/plan.ts';
import type { PlanCell } from '../../schemas/plan.ts';
import { groupBy } from '../../stats/grouped-values.ts';
import { alikeFailures } from '../run/alike-failures.ts';
import type { FailureGroup } from './page-model.ts';
import type { PageSources } from './page-sources.ts';

/** One group for each step, class and message, in the order of the plan. */
export function failureGroups({ cells, view }: PageSources): FailureGroup[] {
  const groups = alikeFailures(cells, view);
  if (groups.length === 0) return [];
  const attempts = groupBy(view.attempts(), attempt => String(attempt.cell));
  const consumers = consumersOf(cells);
  return groups.map(({ step: failedStep, class: failure, reason = 'no message', cells: members }): FailureGroup => {
    const waiting = reachedFrom(members, consumers).filter(index => view.cell(index).state === 'blocked');
    const blocked = groupBy(waiting, index => cells[index]?.step ?? '');
    return {
      step: failedStep,
      ...(failure === undefined ? {} : { class: failure }),
      message: reason,
      cells: members.map(({ key, step, at }) => ({ key, name: cellName(step, at) })),
      attempts: members.reduce((sum, { index }) => sum + (attempts.get(String(index))?.length ?? 0), 0),
      blocks: [...blocked].map(([step, indices]) => ({ step, cells: indices.length })),
    };
  });
}

/** For each cell the cells that read from it. */
function consumersOf(cells: readonly PlanCell[]): ReadonlyMap<number, readonly number[]> {
  const consumers = new Map<number, number[]>();
  for (const { index, inputs } of cells) {
    for (const { parts } of Object.values(inputs)) {
      for (const { cell } of parts) {
        const known = consumers.get(cell);
        if (known === undefined) consumers.set(cell, [index]);
        else known.push(index);
      }
    }
  }
  return consumers;
}

/** Every cell that some cells lead to, in the order of the plan. */
function reachedFrom(members: readonly PlanCell[], consumers: ReadonlyMap<number, readonly number[]>): number[] {
  const reached = new Set<number>();
  const open = members.map(({ index }) => index);
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    for (const consumer of consumers.get(index) ?? []) {
      if (reached.has(consumer)) continue;
      reached.add(consumer);
      open.push(consumer);
    }
  }
  return [...reached].sort((a, b) => a - b);
}
