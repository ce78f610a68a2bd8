/** Probabilities from logits, stable at any scale. Logarithms are natural: entropies and losses are in nats. */

/** ln Σ exp(vᵢ), by taking the largest out; −∞ of nothing. */
export function logSumExp(values: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index++) largest = Math.max(largest, values[index] ?? Number.NaN);
  if (!Number.isFinite(largest)) return largest;
  let total = 0;
  for (let index = 0; index < values.length; index++) total += Math.exp((values[index] ?? Number.NaN) - largest);
  return largest + Math.log(total);
}

/** Log-probabilities of logits: vᵢ − ln Σ exp(v). */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  const normalizer = logSumExp(logits);
  return Float64Array.from({ length: logits.length }, (_, index) => (logits[index] ?? Number.NaN) - normalizer);
}

/** H = −Σ p ln p of log-probabilities; an outcome of probability 0 adds nothing. */
export function entropy(logProbabilities: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < logProbabilities.length; index++) {
    const logP = logProbabilities[index] ?? Number.NaN;
    if (logP !== Number.NEGATIVE_INFINITY) total -= Math.exp(logP) * logP;
  }
  return total;
}

/** Mean of −ln p over tokens that count; `mask` 0 leaves a token out (a prompt's). NaN where none counts. */
export function meanNegativeLogLikelihood(logProbabilities: ArrayLike<number>, mask: ArrayLike<number>): number {
  if (logProbabilities.length !== mask.length) {
    throw new RangeError(`internal: ${logProbabilities.length} log-probabilities, a mask of ${mask.length}`);
  }
  let [total, counted] = [0, 0];
  for (let index = 0; index < mask.length; index++) {
    if (mask[index] === 0) continue;
    total -= logProbabilities[index] ?? Number.NaN;
    counted += 1;
  }
  return counted > 0 ? total / counted : Number.NaN;
}
