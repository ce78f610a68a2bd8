/** AdamW against its definition in double precision. */
import { describe, expect, test } from 'vitest';
import { compile } from '../../../models/compile/compile.ts';
import { defineTensorFunction } from '../../../models/compile/tensor-function.ts';
import { type AdamWOptions, adamWRates, adamWUpdate } from '../../../models/optimizer/adamw.ts';
import { createLayout, singlePart } from '../../../models/transformer/parameter-layout.ts';
import { randomStream } from '../../../schemas/random.ts';
import { allBackends, onBackends } from '../on-backends.ts';
import { largestDifference } from '../toy-model.ts';

/** Four matrix elements, then two of a vector. */
const layout = createLayout([singlePart('norm', [2]), singlePart('matrix', [2, 2])]);
const start = Float32Array.of(1, -2, 3, 0.5, 1, 1);
const { normal } = randomStream(6, 'gradients');
const gradients = Array.from({ length: 5 }, () => Float32Array.from({ length: 6 }, () => 3 * normal()));
const learningRate = (step: number) => 0.1 / step;

const update = defineTensorFunction({
  name: 'test-adamw',
  inputs: ['weights', 'firstMoment', 'secondMoment', 'gradient', 'rates'],
  outputs: ['weights', 'firstMoment', 'secondMoment', 'gradientNorm'],
  run: (tf, options: AdamWOptions, inputs) => adamWUpdate(tf, { options, layout }, inputs, inputs),
});

/** As Kingma and Ba, Loshchilov and Hutter write it: bias-corrected moments, decay of the weights beside them. */
function reference(options: AdamWOptions): { readonly weights: number[]; readonly norms: number[] } {
  const weights = [...start];
  const [first, second] = [weights.map(() => 0), weights.map(() => 0)];
  const norms = gradients.map((gradient, index) => {
    const step = index + 1;
    const norm = Math.hypot(...gradient);
    const scale = options.maxGradientNorm === null ? 1 : Math.min(1, options.maxGradientNorm / (norm + 1e-6));
    for (const [at, raw] of gradient.entries()) {
      const g = raw * scale;
      first[at] = options.beta1 * first[at]! + (1 - options.beta1) * g;
      second[at] = options.beta2 * second[at]! + (1 - options.beta2) * g * g;
      const corrected = [first[at] / (1 - options.beta1 ** step), second[at] / (1 - options.beta2 ** step)] as const;
      const decay = at < 4 || options.decayVectors ? options.weightDecay : 0;
      weights[at] =
        weights[at]! -
        learningRate(step) * (corrected[0] / (Math.sqrt(corrected[1]) + options.epsilon) + decay * weights[at]!);
    }
    return norm;
  });
  return { weights, norms };
}

const plain = { beta1: 0.9, beta2: 0.99, epsilon: 1e-3, weightDecay: 0, decayVectors: false, maxGradientNorm: null };
const cases: Readonly<Record<string, AdamWOptions>> = {
  'plain Adam': plain,
  'clipping at the global norm': { ...plain, maxGradientNorm: 1 },
  'decay of matrices only': { ...plain, weightDecay: 0.3 },
  'decay of everything': { ...plain, weightDecay: 0.3, decayVectors: true, maxGradientNorm: 100 },
};

describe.each(Object.entries(cases))('%s', (_, options) => {
  onBackends(allBackends, backend => {
    test('five updates are those of the definition', () => {
      const { tf } = backend();
      const run = compile(backend(), update, options);
      const results = tf.tidy(() => {
        let state = { weights: tf.tensor1d(start), firstMoment: tf.zeros([6]), secondMoment: tf.zeros([6]) };
        const norms = gradients.map((gradient, index) => {
          const { stepSize, epsilon, decay } = adamWRates(options, index + 1, learningRate(index + 1));
          const outputs = run({
            ...state,
            gradient: tf.tensor1d(gradient),
            rates: tf.tensor1d([stepSize, epsilon, decay]),
          });
          state = outputs as typeof state;
          return outputs.gradientNorm.dataSync()[0]!;
        });
        return { weights: [...state.weights.dataSync()], norms };
      });
      const expected = reference(options);
      expect(largestDifference(results.weights, expected.weights)).toBeLessThan(2e-6);
      expect(largestDifference(results.norms, expected.norms)).toBeLessThan(1e-5);
    });
  });
});
