/** The transformer against an independent one in double precision: logits, loss and every gradient. */
import { describe, expect, test } from 'vitest';
import { batchNames, assembleBatch, batchTensors, neededShape, predictionRow } from '../../../models/batch/batch.ts';
import { compile } from '../../../models/compile/compile.ts';
import { defineTensorFunction } from '../../../models/compile/tensor-function.ts';
import { meanTargetLoss } from '../../../models/training/sft-step.ts';
import { initialWeights } from '../../../models/transformer/initial-weights.ts';
import { logitsAt } from '../../../models/transformer/logits-at.ts';
import type { ModelConfig } from '../../../models/transformer/model-config.ts';
import { modelLayout } from '../../../models/transformer/model-layout.ts';
import { packWeights, unpackWeights } from '../../../models/transformer/packed-weights.ts';
import type { Weights } from '../../../models/transformer/weights.ts';
import { randomStream } from '../../../schemas/random.ts';
import { allBackends, onBackends } from '../on-backends.ts';
import { largestDifference, toyConfig, toyExamples } from '../toy-model.ts';
import { numericGradient, referenceForward, referenceLoss, type ReferenceWeights } from './reference-transformer.ts';

const variants: Readonly<Record<string, Partial<Record<keyof ModelConfig, unknown>>>> = {
  'grouped queries, untied head': {},
  'as many key heads as query heads, tied head': { num_key_value_heads: 4, tie_word_embeddings: true },
  'one key head, biases, wide heads': { num_key_value_heads: 1, attention_bias: true, head_dim: 4, rope_theta: 100 },
};

/** Initial weights with norms and biases that are not all one or zero. */
function variedWeights(config: ModelConfig): Weights {
  const { normal } = randomStream(2, 'varied weights');
  return new Map(
    [...initialWeights(config, 1)].map(([name, { shape, data }]) => [
      name,
      { shape, data: shape.length === 1 ? data.map(value => value + 0.3 * normal()) : data },
    ]),
  );
}

const inDouble = (weights: Weights) => new Map([...weights].map(([name, { data }]) => [name, Float64Array.from(data)]));

const lossAndGradient = defineTensorFunction({
  name: 'test-loss-and-gradient',
  inputs: ['weights', ...batchNames],
  outputs: ['loss', 'gradient'],
  run: (tf, { config }: { readonly config: ModelConfig }, inputs) => {
    const lossOf = tf.valueAndGrad(weights => meanTargetLoss(tf, logitsAt(tf, config, { ...inputs, weights }), inputs));
    const { value, grad } = lossOf(inputs.weights);
    return { loss: value, gradient: grad };
  },
});

const allLogits = defineTensorFunction({
  name: 'test-all-logits',
  inputs: ['weights', 'tokens', 'positions'],
  outputs: ['logits'],
  run: (tf, { config }: { readonly config: ModelConfig }, inputs) => ({ logits: logitsAt(tf, config, inputs) }),
});

describe.each(Object.entries(variants))('%s', (_, changes) => {
  const config = toyConfig({ num_hidden_layers: 1, vocab_size: 7, ...changes });
  const weights = variedWeights(config);
  const layout = modelLayout(config);
  const examples = toyExamples(3, 7);
  const reference = inDouble(weights);
  const loss = (changed: ReferenceWeights) => referenceLoss({ config, weights: changed }, examples);
  let slopes: ReturnType<typeof numericGradient> | undefined;

  onBackends(allBackends, backend => {
    test('logits are those of the reference, whatever follows or pads a sequence', () => {
      const { tf } = backend();
      const rows = [Int32Array.of(1, 5, 2, 2, 0, 6), Int32Array.of(4, 3, 1)];
      const length = 8;
      const logits = tf.tidy(() => {
        const tokens = tf.tensor2d(
          rows.flatMap(row => [...row, ...new Int32Array(length - row.length)]),
          [2, length],
          'int32',
        );
        const positions = tf.range(0, 2 * length, 1, 'int32');
        const flat = tf.tensor1d(packWeights(layout, weights));
        return compile(backend(), allLogits, { config })({ weights: flat, tokens, positions }).logits.arraySync();
      }) as number[][];
      for (const [index, row] of rows.entries()) {
        const expected = referenceForward({ config, weights: reference }, row).logits;
        for (const [position, values] of expected.entries()) {
          expect(largestDifference(logits[index * length + position]!, values)).toBeLessThan(1e-5);
        }
      }
    });

    test('the loss and its gradient in every weight are those of the reference', () => {
      const { tf } = backend();
      const rows = examples.map(example => predictionRow(example));
      const shape = { length: neededShape(rows).length + 3, slots: neededShape(rows).slots + 1 };
      const [value, gradient] = tf.tidy(() => {
        const given = batchTensors(tf, assembleBatch(rows, shape));
        const flat = tf.tensor1d(packWeights(layout, weights));
        const outputs = compile(backend(), lossAndGradient, { config })({ ...given, weights: flat });
        return [outputs.loss.dataSync()[0]!, Float32Array.from(outputs.gradient.dataSync())];
      });
      expect(value).toBeCloseTo(loss(reference), 5);
      slopes ??= numericGradient(reference, loss);
      for (const [name, { data }] of unpackWeights(layout, gradient)) {
        expect(largestDifference(data, slopes.get(name)!), name).toBeLessThan(5e-6);
      }
    });
  });
});
