/** Folds of cross-validation that keep groups whole. */
import { randomStream } from '../schemas/random.ts';
import { compareText, groupBy } from './grouped-values.ts';
import { UnsuitableDataError } from './unsuitable-data-error.ts';

/**
 * The fold (0 … folds−1) of every row: rows of one group share a fold, so that a question asked twice never straddles
 * training and test. Groups are dealt largest first to the fold with the fewest rows, in the seed's order among equal
 * ones; the order of the rows does not matter.
 *
 * @throws UnsuitableDataError `too-few` with fewer groups than folds
 */
export function groupedFolds(options: {
  readonly groups: readonly string[];
  readonly folds: number;
  readonly seed: number;
}): Int32Array {
  const { groups, folds, seed } = options;
  const members = [...groupBy([...groups.keys()], row => groups[row] ?? '')].sort(([a], [b]) => compareText(a, b));
  if (!(folds >= 2) || members.length < folds) {
    throw new UnsuitableDataError(
      'too-few',
      `${members.length} groups cannot fill ${folds} folds; use between 2 and ${members.length} folds, or smaller groups`,
    );
  }
  const shuffled = Array.from(
    randomStream(seed, 'folds').permutation(members.length),
    index => members[index]?.[1] ?? [],
  );
  const sizes = Array.from({ length: folds }, () => 0);
  const foldOf = new Int32Array(groups.length);
  // The sort is stable: among groups of one size the shuffled order stands.
  for (const rows of shuffled.toSorted((a, b) => b.length - a.length)) {
    const fold = sizes.indexOf(Math.min(...sizes));
    sizes[fold] = (sizes[fold] ?? 0) + rows.length;
    for (const row of rows) foldOf[row] = fold;
  }
  return foldOf;
}

/** Rows in and out of a fold, ascending. */
export function splitByFold(
  foldOf: Int32Array,
  fold: number,
): { readonly train: Int32Array; readonly test: Int32Array } {
  const rows = Int32Array.from(foldOf.keys());
  return { train: rows.filter(row => foldOf[row] !== fold), test: rows.filter(row => foldOf[row] === fold) };
}
