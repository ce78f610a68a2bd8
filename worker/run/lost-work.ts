/** What failures have cost a run: attempts and hours, by class. */
import { type FailureClass, failureClasses } from '../../schemas/failure.ts';
import type { PlanCell } from '../../schemas/plan.ts';
import type { RunView } from './run-view.ts';

export interface LostWork {
  readonly class: FailureClass;
  /** Attempts that failed, those that ended their cell among them. */
  readonly attempts: number;
  readonly cells: number;
  /** Work that was lost, in seconds of one core (or, for cells that ask for GPUs, of one GPU). */
  readonly cpuSeconds: number;
  readonly gpuSeconds: number;
}

/** In the order of the classes; those without a failure are left out. */
export function lostWork(cells: readonly PlanCell[], view: RunView): LostWork[] {
  const byIndex = new Map(cells.map(cell => [cell.index, cell]));
  const failed = cells.flatMap(({ index }) => {
    const { state, class: failure, lost = 0 } = view.cell(index);
    return state === 'failed' && failure !== undefined ? [{ cell: index, class: failure, lost }] : [];
  });
  const all = [...view.attempts(), ...failed];
  return failureClasses.flatMap((failure): LostWork[] => {
    const own = all.filter(each => each.class === failure);
    if (own.length === 0) return [];
    const seconds = (of: 'cpu' | 'gpu') =>
      own.reduce((sum, { cell, lost }) => sum + lost * share(byIndex.get(cell), of), 0);
    const cellsHit = new Set(own.map(({ cell }) => cell)).size;
    return [
      { class: failure, attempts: own.length, cells: cellsHit, cpuSeconds: seconds('cpu'), gpuSeconds: seconds('gpu') },
    ];
  });
}

/** Hours are counted in what a cell holds that is scarcest: GPUs where it has some, else cores. */
function share(cell: PlanCell | undefined, of: 'cpu' | 'gpu'): number {
  if (cell === undefined) return of === 'cpu' ? 1 : 0;
  const { cpu, gpu } = cell.resources;
  return of === 'gpu' ? gpu : gpu > 0 ? 0 : cpu;
}
