/** The gated activation of the feed-forward block (SwiGLU, Shazeer 2020). */
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import { withGradient } from './custom-gradient.ts';

/** `gateAndUp` [n, 2f] holds both halves side by side; gives silu(gate) · up [n, f] with silu(g) = g·σ(g). */
export function swiglu(tf: TensorFlow, gateAndUp: Tensor): Tensor {
  return withGradient(tf, {
    inputs: [gateAndUp],
    saves: ['activated', 'sigmoid', 'up'],
    forward: () => {
      const [gate, up] = halves(tf, gateAndUp);
      const sigmoid = gate.sigmoid();
      const activated = gate.mul(sigmoid);
      return { value: activated.mul(up), saved: { activated, sigmoid, up } };
    },
    backward: (gradient, { activated, sigmoid, up }) => {
      // d silu(g) / dg = σ + silu(g)·(1 − σ)
      const slope = sigmoid.add(activated.sub(activated.mul(sigmoid)));
      return [tf.concat([gradient.mul(up).mul(slope), gradient.mul(activated)], -1)];
    },
  });
}

/** The two halves of the last axis. */
function halves(tf: TensorFlow, x: Tensor): [Tensor, Tensor] {
  const [first, second] = tf.split(x, 2, -1);
  if (first === undefined || second === undefined) throw new Error('internal: a split gave fewer than two halves');
  return [first, second];
}
