/** Root-mean-square layer normalisation (Zhang and Sennrich 2019). */
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import { withGradient } from './custom-gradient.ts';

/** x [n, d] scaled to unit root mean square per row, times `weight` [d]: x / √(mean(x²) + ε) · w. */
export function rmsNorm(tf: TensorFlow, x: Tensor, weight: Tensor, epsilon: number): Tensor {
  return withGradient(tf, {
    inputs: [x, weight],
    saves: ['normalized', 'inverse', 'scale'],
    forward: () => {
      const inverse = x.square().mean(-1, true).add(epsilon).rsqrt();
      const normalized = x.mul(inverse);
      return { value: normalized.mul(weight), saved: { normalized, inverse, scale: weight } };
    },
    backward: (gradient, { normalized, inverse, scale }) => {
      const scaled = gradient.mul(scale);
      const along = scaled.mul(normalized).mean(-1, true);
      return [inverse.mul(scaled.sub(normalized.mul(along))), gradient.mul(normalized).sum(0)];
    },
  });
}
