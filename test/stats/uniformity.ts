/** Whether p values look uniform: the check that a test keeps its level. */

/**
 * Two-sided p of the Kolmogorov–Smirnov test against the uniform distribution, by the asymptotic series with Stephens'
 * correction for n. p values of B draws lie on a grid, which adds at most 1/(B+1) to the distance.
 */
export function uniformityP(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  const distance = Math.max(...sorted.map((value, index) => Math.max((index + 1) / n - value, value - index / n)));
  const scaled = distance * (Math.sqrt(n) + 0.12 + 0.11 / Math.sqrt(n));
  let total = 0;
  for (let term = 1; term <= 100; term++) total += (term % 2 === 1 ? 1 : -1) * Math.exp(-2 * (term * scaled) ** 2);
  return Math.min(1, Math.max(0, 2 * total));
}
