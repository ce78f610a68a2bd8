/** Log-probabilities of given tokens under given logits, without the log-probabilities of all others. */
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import { withGradient } from './custom-gradient.ts';

/**
 * logits [m, v], targets [m] (int32) → [m]: logit of the target − log Σ exp(logits), stable for logits of any size.
 */
export function targetLogProbability(tf: TensorFlow, logits: Tensor, targets: Tensor): Tensor {
  const vocabulary = logits.shape.at(-1) ?? 0;
  return withGradient(tf, {
    inputs: [logits],
    saves: ['exponentials', 'total', 'oneHot'],
    forward: () => {
      const shifted = logits.sub(logits.max(-1, true));
      const exponentials = shifted.exp();
      const total = exponentials.sum(-1, true);
      const oneHot = tf.oneHot(targets, vocabulary).cast('float32');
      const value = shifted.mul(oneHot).sum(-1).sub(total.log().as1D());
      return { value, saved: { exponentials, total, oneHot } };
    },
    backward: (gradient, { exponentials, total, oneHot }) => [
      oneHot.sub(exponentials.div(total)).mul(gradient.reshape([-1, 1])),
    ],
  });
}
