/** Draws one token from logits. */

export interface SamplingRule {
  /** Logits are divided by it; 0 takes the most probable token. */
  readonly temperature: number;
  /** Only the most probable tokens that together have this probability are drawn from (nucleus sampling); 1 for all. */
  readonly topP: number;
}

export interface ChosenToken {
  readonly token: number;
  /** Under the logits themselves: temperature 1, nothing cut off. */
  readonly logProbability: number;
}

/** Of equally probable tokens the one with the lower id comes first. `uniform` is called once, or not at all at 0. */
export function chooseToken(logits: Float32Array, rule: SamplingRule, uniform: () => number): ChosenToken {
  const token = rule.temperature === 0 ? mostProbable(logits) : drawToken(logits, rule, uniform());
  const largest = logits[mostProbable(logits)] ?? 0;
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
  return { token, logProbability: (logits[token] ?? 0) - largest - Math.log(total) };
}

function mostProbable(logits: Float32Array): number {
  return logits.reduce((best, logit, token) => (logit > (logits[best] ?? 0) ? token : best), 0);
}

function drawToken(logits: Float32Array, { temperature, topP }: SamplingRule, uniform: number): number {
  const largest = logits[mostProbable(logits)] ?? 0;
  const shares = Float64Array.from(logits, logit => Math.exp((logit - largest) / temperature));
  const candidates = topP < 1 ? nucleus(shares, topP) : [...shares.keys()];
  const shareOf = (token: number) => shares[token] ?? 0;
  let left = uniform * candidates.reduce((sum, token) => sum + shareOf(token), 0);
  const drawn = candidates.find(token => {
    left -= shareOf(token);
    return left < 0;
  });
  // Rounding may leave a rest after the last one.
  const token = drawn ?? candidates.at(-1);
  if (token === undefined) throw new Error('internal: no token can be drawn');
  return token;
}

/** The fewest tokens that together have a share of `topP`, most probable first. */
function nucleus(shares: Float64Array, topP: number): number[] {
  const ordered = [...shares.keys()].sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0) || a - b);
  const wanted = topP * shares.reduce((sum, share) => sum + share, 0);
  let inside = 0;
  const outside = ordered.findIndex(token => {
    if (inside >= wanted) return true;
    inside += shares[token] ?? 0;
    return false;
  });
  return outside < 0 ? ordered : ordered.slice(0, Math.max(1, outside));
}
