/** p values that count random or enumerated re-arrangements of the data. */

/**
 * p = (b + 1) / (B + 1) from B random draws of which b are at least as extreme (Davison & Hinkley 1997, 4.2): valid at
 * any B, never 0. NaN without draws.
 */
export function permutationP(atLeastAsExtreme: number, draws: number): number {
  return draws > 0 ? (atLeastAsExtreme + 1) / (draws + 1) : Number.NaN;
}

/** The smallest p that B random draws can give: 1 / (B + 1). 19 draws are the fewest that reach .05. */
export function smallestPermutationP(draws: number): number {
  return permutationP(0, draws);
}

/** Whether a statistic reaches the observed one, up to the rounding with which ties of a permutation are computed. */
export function reaches(statistic: number, observed: number): boolean {
  // Infinite ones are equal, and their difference is NaN.
  return statistic === observed || statistic >= observed - 1e-10 * Math.max(1, Math.abs(observed));
}
