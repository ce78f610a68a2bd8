/** Checks the branches of a plan: they partition its cells, stay small, and each follows those it needs. */
import { type Plan, type PlanCell, cellName } from '../schemas/plan.ts';
import { cellNeeds } from './cut-branches.ts';
import { largestBranch } from './limits.ts';

export function verifyBranches({ branchList, cellList }: Plan): string[] {
  const branchOf = new Map(branchList.flatMap(({ index, cells }) => cells.map(cell => [cell, index] as const)));
  const total = branchList.reduce((sum, { cells }) => sum + cells.length, 0);
  return [
    ...faultIf(
      total !== cellList.length || branchOf.size !== cellList.length,
      'the branches do not partition the cells',
    ),
    ...branchList.flatMap(({ index, cells, needs, title }, place) => {
      const needed = new Set(cells.flatMap(cell => cellNeedsAt(cellList, cell)).map(cell => branchOf.get(cell) ?? -1));
      needed.delete(index);
      const first = cellList[cells[0] ?? -1];
      return [
        ...faultIf(index !== place, `branch ${place} has the index ${index}`),
        ...faultIf(cells.length === 0 || cells.length > largestBranch, `branch ${index} has ${cells.length} cells`),
        ...faultIf(
          cells.some((cell, at) => at > 0 && cell <= (cells[at - 1] ?? -1)),
          `the cells of branch ${index} are out of order`,
        ),
        ...faultIf(
          [...needed].sort((a, b) => a - b).join() !== needs.join(),
          `branch ${index} has other needs than its cells`,
        ),
        ...faultIf(
          needs.some(need => need >= index),
          `branch ${index} needs one that is no earlier`,
        ),
        ...faultIf(
          first === undefined || title !== cellName(first.step, first.at),
          `branch ${index} has another title than its first cell`,
        ),
      ];
    }),
  ];
}

function cellNeedsAt(cells: readonly PlanCell[], index: number): number[] {
  const cell = cells[index];
  return cell === undefined ? [] : cellNeeds(cell);
}

/** A fault as a list that is empty where there is none. */
export function faultIf(isFault: boolean, fault: string): string[] {
  return isFault ? [fault] : [];
}
