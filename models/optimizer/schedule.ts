/** Learning-rate schedules: what the peak rate is multiplied by at each step. */

export type Schedule = {
  /**
   * `constant`, `linear` and `cosine` are those of Hugging Face transformers: a linear rise over the warm-up, then the
   * decay over what is left. `warmed-linear` multiplies the rise with a linear decay over all steps.
   */
  readonly kind: 'constant' | 'linear' | 'cosine' | 'warmed-linear';
  /** Share of the steps over which the rate rises, 0 … 1. */
  readonly warmup: number;
};

/** The factor at optimizer step `step` (from 1) of `steps`. */
export function scheduleFactor({ kind, warmup }: Schedule, step: number, steps: number): number {
  if (kind === 'warmed-linear') return Math.min(1, step / Math.max(1, warmup * steps)) * (1 - (step - 1) / steps);
  const warmupSteps = Math.ceil(warmup * steps);
  const before = step - 1;
  if (before < warmupSteps) return before / warmupSteps;
  return decays[kind]((before - warmupSteps) / Math.max(1, steps - warmupSteps));
}

/** By progress through the steps after the warm-up, 0 … 1. */
const decays = {
  constant: () => 1,
  linear: (progress: number) => 1 - progress,
  cosine: (progress: number) => 0.5 * (1 + Math.cos(Math.PI * progress)),
};
