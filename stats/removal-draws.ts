/** Which units a removal arm takes out. */
import { randomStream, type RandomStream } from '../schemas/random.ts';
import { compareText, groupBy } from './grouped-values.ts';
import { requireFinite, UnsuitableDataError } from './unsuitable-data-error.ts';

/** Indices of the `count` units with the highest (or lowest) scores, ascending; ties go to the smaller index. */
export function extremeUnits(scores: ArrayLike<number>, count: number, end: 'highest' | 'lowest'): Int32Array {
  if (!(count >= 0 && count <= scores.length)) throw new RangeError(`internal: ${count} of ${scores.length} units`);
  requireFinite(scores, 'scores of units');
  const key = (index: number) => (scores[index] ?? Number.NaN) * (end === 'highest' ? -1 : 1);
  const order = Array.from({ length: scores.length }, (_, index) => index).sort((a, b) => key(a) - key(b) || a - b);
  return Int32Array.from(order.slice(0, count)).sort();
}

/** How many of the chosen units lie in each stratum: the sizes that a random removal is to copy. */
export function stratumSizes(strata: readonly string[], chosen: Int32Array): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const unit of chosen) {
    const stratum = strata[unit];
    if (stratum === undefined) throw new RangeError(`internal: unit ${unit} of ${strata.length}`);
    sizes.set(stratum, (sizes.get(stratum) ?? 0) + 1);
  }
  return sizes;
}

/**
 * A random removal: that many units of every stratum, without replacement, from all of the stratum's units (those that
 * attribution chose too, so that the removal is exchangeable with the chosen one). Ascending indices.
 *
 * @throws UnsuitableDataError `sizes-differ` where a stratum has too few units
 */
export function drawStratified(options: {
  readonly strata: readonly string[];
  readonly sizes: ReadonlyMap<string, number>;
  readonly seed: number;
}): Int32Array {
  const { strata, sizes, seed } = options;
  const members = groupBy([...strata.keys()], unit => strata[unit] ?? '');
  const stream = randomStream(seed, 'stratified-draw');
  // In the order of names, so that neither the rows' nor the map's order changes the draw.
  const drawn = [...sizes]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([stratum, size]) => {
      const units = members.get(stratum) ?? [];
      if (units.length < size) {
        throw new UnsuitableDataError(
          'sizes-differ',
          `stratum "${stratum}" has ${units.length} units, ${size} are to be removed; use coarser strata or a smaller fraction`,
        );
      }
      return drawWithoutReplacement(units, size, stream);
    });
  return Int32Array.from(drawn).sort();
}

/** `size` of the items, each set of that size equally likely. */
export function drawWithoutReplacement<Item>(items: readonly Item[], size: number, stream: RandomStream): Item[] {
  if (!(size >= 0 && size <= items.length)) throw new RangeError(`internal: ${size} of ${items.length} items`);
  return Array.from(stream.permutation(items.length).subarray(0, size), index => items[index]).filter(
    (item): item is Item => item !== undefined,
  );
}
