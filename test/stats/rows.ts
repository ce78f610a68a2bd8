/** Rows of groups for the tests of analyses of variance. */
import type { GroupedRow } from '../../stats/grouped-values.ts';

export function rowsOf(groups: Readonly<Record<string, readonly number[]>>): GroupedRow[] {
  return Object.entries(groups).flatMap(([group, values]) => values.map(value => ({ group, value })));
}

/**
 * n raw rows per group with exactly the stated mean and standard deviation, for published tables that give no more: the
 * statistics under test are functions of these moments alone, so any rows that have them will do.
 */
export function rowsWithMoments(
  groups: Readonly<Record<string, readonly [mean: number, sd: number]>>,
  n: number,
): GroupedRow[] {
  const steps = Array.from({ length: n }, (_, index) => index - (n - 1) / 2);
  const unit = Math.sqrt(steps.reduce((sum, step) => sum + step * step, 0) / (n - 1));
  return Object.entries(groups).flatMap(([group, [mean, sd]]) =>
    steps.map(step => ({ group, value: mean + (sd * step) / unit })),
  );
}
