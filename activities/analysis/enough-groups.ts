/** Cross-validation needs at least one group per fold. */
import { CellFailure } from '../cell-failure.ts';
import { counted } from './counted.ts';

/** A `CellFailure` that says how to mend it where there are fewer groups than folds. */
export function requireGroups(groups: number, noun: string, folds: number): void {
  if (groups >= folds) return;
  const mend = groups >= 2 ? `write \`folds: ${groups}\` or less, or give more` : 'give more';
  throw new CellFailure('user', `${counted(groups, noun)} cannot fill ${counted(folds, 'fold')}: ${mend}`);
}
