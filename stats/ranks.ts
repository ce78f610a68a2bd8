/** Ranks with ties. */

/** 1-based ranks; tied values share the mean of their ranks (mid-ranks). */
export function midRanks(values: ArrayLike<number>): Float64Array {
  const ranks = new Float64Array(values.length);
  for (const tied of tiedGroups(values)) {
    const rank = tied.before + (tied.members.length + 1) / 2;
    for (const index of tied.members) ranks[index] = rank;
  }
  return ranks;
}

export interface TiedGroup {
  /** How many values are smaller. */
  readonly before: number;
  /** Indices of the values that are equal. */
  readonly members: Int32Array;
}

/** The values in ascending order, as groups of equal ones. NaN is refused: it has no rank. */
export function tiedGroups(values: ArrayLike<number>): TiedGroup[] {
  const at = (index: number) => values[index] ?? Number.NaN;
  const order = Int32Array.from({ length: values.length }, (_, index) => index).sort((i, j) => at(i) - at(j));
  const groups: TiedGroup[] = [];
  for (let start = 0; start < order.length;) {
    const value = at(order[start] ?? Number.NaN);
    if (Number.isNaN(value)) throw new RangeError('internal: NaN has no rank');
    let end = start + 1;
    while (end < order.length && at(order[end] ?? Number.NaN) === value) end += 1;
    groups.push({ before: start, members: order.subarray(start, end) });
    start = end;
  }
  return groups;
}
