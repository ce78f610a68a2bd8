/** Ops with a gradient of their own against finite differences of their own values. */
import { describe, expect, test } from 'vitest';
import type { Tensor, TensorFlow } from '../../../models/backend/tensorflow.ts';
import { gatherRows } from '../../../models/transformer/gather-rows.ts';
import { rmsNorm } from '../../../models/transformer/rms-norm.ts';
import { rotaryTable, rotate } from '../../../models/transformer/rotary-embedding.ts';
import { swiglu } from '../../../models/transformer/swiglu.ts';
import { targetLogProbability } from '../../../models/transformer/target-log-probability.ts';
import { randomStream } from '../../../schemas/random.ts';
import { allBackends, onBackends } from '../on-backends.ts';
import { largestDifference } from '../toy-model.ts';

interface Op {
  readonly shapes: readonly number[][];
  readonly value: (tf: TensorFlow, inputs: readonly Tensor[]) => Tensor;
}

const ops: Readonly<Record<string, Op>> = {
  'RMS norm': { shapes: [[5, 6], [6]], value: (tf, [x, weight]) => rmsNorm(tf, x!, weight!, 1e-5) },
  SwiGLU: { shapes: [[3, 8]], value: (tf, [x]) => swiglu(tf, x!) },
  'rotary embedding': {
    shapes: [[2, 3, 4, 6]],
    value: (tf, [x]) =>
      rotate(tf, x!, rotaryTable(tf, { positions: 4, headSize: 6, theta: 50, factors: [0.4, 0.4, 1] })),
  },
  'rows by index': {
    shapes: [[4, 3]],
    value: (tf, [x]) => gatherRows(tf, x!, tf.tensor1d([2, 0, 2, 2, 3], 'int32')),
  },
  'log-probability of targets': {
    shapes: [[4, 5]],
    value: (tf, [x]) => targetLogProbability(tf, x!, tf.tensor1d([0, 4, 2, 2], 'int32')),
  },
};

/** Large enough for single precision to resolve the difference, small enough for the third derivative not to show. */
const step = 2e-2;

describe.each(Object.entries(ops))('%s', (name, { shapes, value }) => {
  onBackends(allBackends, backend => {
    test('the gradient is the slope of a weighted sum of the values', () => {
      const { tf } = backend();
      const { normal } = randomStream(4, name);
      const arrays = shapes.map(shape => Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal));
      const tensors = (values: readonly Float32Array[]) => values.map((each, index) => tf.tensor(each, shapes[index]));
      const weights = tf.tidy(() => value(tf, tensors(arrays)).size);
      const upstream = Float32Array.from({ length: weights }, normal);
      // Summed here in double precision, so that only the op itself is in single.
      const sum = (values: readonly Float32Array[]) =>
        tf
          .tidy(() => Array.from(value(tf, tensors(values)).dataSync()))
          .reduce((total, each, at) => total + each * upstream[at]!, 0);
      const gradients = tf.tidy(() => {
        const weighted = (...inputs: Tensor[]) => {
          const result = value(tf, inputs);
          return result.mul(tf.tensor(upstream, result.shape)).sum();
        };
        return tf
          .grads(weighted)(tensors(arrays))
          .map(gradient => gradient.dataSync());
      });
      for (const [input, array] of arrays.entries()) {
        const slopes = Float64Array.from(array, (_, at) => {
          const moved = (by: number) =>
            arrays.map((each, index) => (index === input ? each.with(at, each[at]! + by) : each));
          return (
            (8 * (sum(moved(step)) - sum(moved(-step))) - (sum(moved(2 * step)) - sum(moved(-2 * step)))) / (12 * step)
          );
        });
        expect(largestDifference(gradients[input]!, slopes)).toBeLessThan(2e-4);
      }
    });
  });
});

onBackends(allBackends, backend => {
  test('log-probabilities are exact for logits of any size, and add up to one', () => {
    const { tf } = backend();
    const rows = [
      [1e4, 0, -1e4],
      [-1e4, -1e4, -1e4],
      [3, 3, 3],
    ];
    const logProbabilities = tf.tidy(() => {
      const logits = tf.tensor2d(
        rows.flatMap(row => [row, row, row]),
        [9, 3],
      );
      return [...targetLogProbability(tf, logits, tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1, 2], 'int32')).dataSync()];
    });
    expect(logProbabilities.slice(0, 3)).toEqual([0, -1e4, -2e4]);
    for (const value of logProbabilities.slice(3)) expect(value).toBeCloseTo(-Math.log(3), 6);
  });
});
