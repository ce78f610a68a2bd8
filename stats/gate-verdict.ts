/** What a registered gate says of an estimate. */

export type GateOperator = '<' | '<=' | '>' | '>=' | '==' | '!=';

/**
 * `pass` and `fail`: the comparison. `inconclusive`: an estimate exists, from fewer independent units than registered.
 * `not_estimable`: no finite number, whatever n is.
 */
export type GateVerdict = 'pass' | 'fail' | 'inconclusive' | 'not_estimable';

/** The verdict on `value op threshold`. An n that is not known counts as too small, unless the gate needs none. */
export function gateVerdict(gate: {
  /** The estimate; null, NaN and ±∞ are not estimable. */
  readonly value: number | null;
  /** Independent units behind it. */
  readonly n?: number | undefined;
  readonly operator: GateOperator;
  readonly threshold: number;
  /** Fewest independent units on which the gate decides. */
  readonly needs: number;
}): GateVerdict {
  if (!Number.isFinite(gate.threshold)) throw new RangeError(`internal: a gate at threshold ${gate.threshold}`);
  if (gate.value === null || !Number.isFinite(gate.value)) return 'not_estimable';
  // Not `n < needs`: an n of NaN must not decide anything.
  if (gate.needs > 0 && !((gate.n ?? 0) >= gate.needs)) return 'inconclusive';
  return comparisons[gate.operator](gate.value, gate.threshold) ? 'pass' : 'fail';
}

const comparisons: { readonly [operator in GateOperator]: (value: number, threshold: number) => boolean } = {
  '<': (value, threshold) => value < threshold,
  '<=': (value, threshold) => value <= threshold,
  '>': (value, threshold) => value > threshold,
  '>=': (value, threshold) => value >= threshold,
  '==': (value, threshold) => value === threshold,
  '!=': (value, threshold) => value !== threshold,
};
