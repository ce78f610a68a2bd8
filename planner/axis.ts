/** An axis with its values, and where a cell stands on all axes. */
import type { AxisValue } from '../schemas/plan.ts';
import { type CelType, celTypeOf } from './cel-value.ts';
import type { Place } from './place.ts';

export interface Axis {
  /** Its place among the axes of the study; axes of steps are always in this order. */
  readonly index: number;
  readonly name: string;
  readonly values: readonly AxisValue[];
  readonly type: CelType;
  readonly positions: ReadonlyMap<AxisValue, number>;
  readonly place: Place;
}

/** For each axis of the study, by index, the position of a value; those of axes that do not matter are anything. */
export type Position = Int32Array;

export function axisOf(described: Pick<Axis, 'index' | 'name' | 'values' | 'place'>): Axis {
  const positions = new Map(described.values.map((value, position) => [value, position]));
  return { ...described, type: celTypeOf(described.values), positions };
}

/** The value at which a position stands on an axis. */
export function valueAt(axis: Axis, position: Position): AxisValue {
  const value = axis.values[position[axis.index] ?? 0];
  if (value === undefined) throw new Error(`internal: no value ${position[axis.index]} on the axis ${axis.name}`);
  return value;
}

/** Every axis of some lists once, in the order of the study. */
export function unionOfAxes(lists: Iterable<readonly Axis[]>): readonly Axis[] {
  return [...new Set([...lists].flat())].sort((a, b) => a.index - b.index);
}

/** How many places the axes span. */
export function sizeOf(axes: readonly Axis[]): number {
  return axes.reduce((size, { values }) => size * values.length, 1);
}

/** The number of a place among those that the axes span, the last axis counting fastest. */
export function placeNumber(axes: readonly Axis[], position: Position): number {
  let number = 0;
  for (const { index, values } of axes) number = number * values.length + (position[index] ?? 0);
  return number;
}

/** Visits every place that the axes span, in order; `position` is changed in place. */
export function forEachPlace(axes: readonly Axis[], position: Position, visit: () => void): void {
  const [axis, ...rest] = axes;
  if (axis === undefined) {
    visit();
    return;
  }
  for (let value = 0; value < axis.values.length; value++) {
    position[axis.index] = value;
    forEachPlace(rest, position, visit);
  }
}
