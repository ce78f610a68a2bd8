/** p values of a family of tests, adjusted for how many there are. NaN stays NaN and does not count as a test. */

/** min(1, m·p): controls the family-wise error (Bonferroni). */
export function bonferroni(p: readonly number[]): number[] {
  const tests = p.filter(value => !Number.isNaN(value)).length;
  return p.map(value => Math.min(1, value * tests));
}

/** Step-down Bonferroni (Holm 1979): controls the family-wise error, never less powerful than Bonferroni. */
export function holm(p: readonly number[]): number[] {
  return stepwise(p, { from: 'smallest', factor: (position, tests) => tests - position });
}

/** Step-up false discovery rate (Benjamini & Hochberg 1995): q values, for independent or positively dependent tests. */
export function benjaminiHochberg(p: readonly number[]): number[] {
  return stepwise(p, { from: 'largest', factor: (position, tests) => tests / (position + 1) });
}

/** Multiplies the p at each ascending position by its factor and makes the results monotone from one end. */
function stepwise(
  p: readonly number[],
  rule: {
    readonly from: 'smallest' | 'largest';
    readonly factor: (position: number, tests: number) => number;
  },
): number[] {
  const ascending = p
    .map((value, index) => ({ value, index }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => a.value - b.value)
    .map(({ value, index }, position, { length }) => ({
      index,
      scaled: Math.min(1, value * rule.factor(position, length)),
    }));
  const adjusted = p.map(() => Number.NaN);
  let bound = rule.from === 'smallest' ? 0 : 1;
  for (const { index, scaled } of rule.from === 'smallest' ? ascending : ascending.toReversed()) {
    bound = rule.from === 'smallest' ? Math.max(bound, scaled) : Math.min(bound, scaled);
    adjusted[index] = bound;
  }
  return adjusted;
}
