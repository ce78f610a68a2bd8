/** Input tables for tests of step bodies: plain, gathered from rows that carry their axes, and in other orders. */
import { randomStream } from '../../../schemas/random.ts';
import type { Artifact } from '../../../schemas/artifact.ts';
import type { AxisValue } from '../../../schemas/plan.ts';
import type { Columns, Row } from '../../../schemas/table-schema.ts';
import type { GivenInput } from './cell-task.ts';

export function table(columns: Columns, rows: readonly Row[]): GivenInput {
  return { columns, rows };
}

/** One part for each place on the axes, in the order in which places first come; the rows' own axis columns go. */
export function gathered(axes: readonly string[], columns: Columns, rows: readonly Row[]): GivenInput {
  const parts = new Map<string, { at: AxisValue[]; rows: Row[] }>();
  for (const row of rows) {
    const at = axes.map(axis => row[axis] as AxisValue);
    const name = JSON.stringify(at);
    const part = parts.get(name) ?? { at, rows: [] };
    part.rows.push(Object.fromEntries(Object.entries(row).filter(([column]) => !axes.includes(column))));
    parts.set(name, part);
  }
  return { axes, columns, parts: [...parts.values()] };
}

/** The same rows in another order. */
export function shuffled<Item>(items: readonly Item[], seed = 1): Item[] {
  return Array.from(randomStream(seed, 'shuffled').permutation(items.length), index => items[index]!);
}

/** An artifact of the store that the body runs on. */
export function stored(artifact: Artifact | undefined): GivenInput {
  if (artifact === undefined) throw new Error('there is no such artifact');
  return { axes: [], artifacts: [{ at: [], artifact }] };
}
