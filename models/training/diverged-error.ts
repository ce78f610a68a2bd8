/** Training that left the finite numbers. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
  readonly failure = 'diverged';
  /** The step that gave it, from 1. */
  readonly step: number;

  constructor(step: number, { loss, gradientNorm }: { readonly loss: number; readonly gradientNorm: number }) {
    super(
      `step ${step}: loss ${loss}, gradient norm ${gradientNorm}; a lower learning rate, a longer warm-up or clipping may help`,
    );
    this.step = step;
  }
}
