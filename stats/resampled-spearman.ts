/** Spearman's ρ of resampled pairs, without sorting again for every resample. */
import { tiedGroups } from './ranks.ts';

/**
 * ρ as a function of how many times each pair is drawn; equal to Spearman's ρ of the pairs written out that many times.
 * NaN where a side of the resample is constant. Linear in the number of pairs.
 */
export function resampledSpearman(x: ArrayLike<number>, y: ArrayLike<number>): (counts: Int32Array) => number {
  const rankX = resampledRanks(x);
  const rankY = resampledRanks(y);
  const [ranksX, ranksY] = [new Float64Array(x.length), new Float64Array(y.length)];
  return counts => {
    const drawn = rankX(counts, ranksX);
    rankY(counts, ranksY);
    const middle = (drawn + 1) / 2;
    let [xy, xx, yy] = [0, 0, 0];
    for (let pair = 0; pair < counts.length; pair++) {
      const count = counts[pair] ?? Number.NaN;
      const dx = (ranksX[pair] ?? Number.NaN) - middle;
      const dy = (ranksY[pair] ?? Number.NaN) - middle;
      xy += count * dx * dy;
      xx += count * dx * dx;
      yy += count * dy * dy;
    }
    return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : Number.NaN;
  };
}

/** Writes the mid-ranks of a resample and returns its size. Pairs not drawn get a rank too, which nothing weighs. */
function resampledRanks(values: ArrayLike<number>): (counts: Int32Array, ranks: Float64Array) => number {
  const groups = tiedGroups(values);
  const order = Int32Array.from(groups.flatMap(({ members }) => [...members]));
  const ends = Int32Array.from(groups, ({ before, members }) => before + members.length);
  return (counts, ranks) => {
    let [before, start] = [0, 0];
    for (let group = 0; group < ends.length; group++) {
      const end = ends[group] ?? 0;
      let tied = 0;
      for (let at = start; at < end; at++) tied += counts[order[at] ?? -1] ?? Number.NaN;
      for (let at = start; at < end; at++) ranks[order[at] ?? -1] = before + (tied + 1) / 2;
      before += tied;
      start = end;
    }
    return before;
  };
}
