/** Rows of a matrix by index: embeddings, and the positions that predict a target. */
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import { withGradient } from './custom-gradient.ts';

/** matrix [n, d], indices [m] (int32, 0 … n−1) → [m, d]. Indices out of range are an error or undefined by backend. */
export function gatherRows(tf: TensorFlow, matrix: Tensor, indices: Tensor): Tensor {
  const rows = matrix.shape[0] ?? 0;
  return withGradient(tf, {
    inputs: [matrix],
    saves: ['chosen'],
    forward: () => ({ value: tf.gather(matrix, indices), saved: { chosen: indices } }),
    backward: (gradient, { chosen }) => [tf.unsortedSegmentSum(gradient, chosen.as1D(), rows)],
  });
}
