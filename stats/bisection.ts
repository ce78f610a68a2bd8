/** Inverting monotone functions, for quantiles. */

/** Halvings of a bracket of doubles until no double lies between its ends, whatever its width: 64 and a few. */
const halvings = 200;

/**
 * The x in [low, high] where the increasing function `f` crosses 0, to the last double; the nearer end where it does
 * not cross.
 */
export function bisect(f: (x: number) => number, low: number, high: number): number {
  let [left, right] = [low, high];
  for (let halving = 0; halving < halvings; halving++) {
    const middle = left + (right - left) / 2;
    if (middle <= left || middle >= right) break;
    if (f(middle) < 0) left = middle;
    else right = middle;
  }
  return left + (right - left) / 2;
}
