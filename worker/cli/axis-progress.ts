/** How far a run is along each axis: cells ended by value, for axes that fit a line. */
import type { PlanCell } from '../../schemas/plan.ts';
import type { RunView } from '../run/run-view.ts';

export interface AxisProgress {
  readonly axis: string;
  readonly values: readonly { readonly value: string; readonly ended: number; readonly cells: number }[];
}

/** Cells of an axis by value; made once a run, asked often. */
export type AxisIndex = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;

export function indexAxes(cells: readonly PlanCell[]): AxisIndex {
  const axes = new Map<string, Map<string, number[]>>();
  for (const { index, at } of cells) {
    for (const [axis, value] of Object.entries(at)) {
      const values = axes.get(axis) ?? new Map<string, number[]>();
      axes.set(axis, values);
      const list = values.get(String(value));
      if (list === undefined) values.set(String(value), [index]);
      else list.push(index);
    }
  }
  return axes;
}

export function axisProgress(index: AxisIndex, view: RunView): AxisProgress[] {
  return [...index].map(([axis, values]) => ({
    axis,
    values: [...values].map(([value, cells]) => ({
      value,
      cells: cells.length,
      ended: cells.filter(cell => hasEnded(view, cell)).length,
    })),
  }));
}

/** An axis as a line: each value's count where they are few, else how many values are complete. */
export function axisLine({ axis, values }: AxisProgress, width: number): string {
  const each = values.map(({ value, ended, cells }) => `${value} ${ended}/${cells}`).join('  ');
  if (axis.length + 2 + each.length <= width) return `${axis}  ${each}`;
  const complete = values.filter(({ ended, cells }) => ended === cells).length;
  return `${axis}  ${complete} of ${values.length} complete`;
}

/** Every way of ending counts. */
export function hasEnded(view: RunView, cell: number): boolean {
  const { state } = view.cell(cell);
  return state !== 'waiting' && state !== 'running';
}
