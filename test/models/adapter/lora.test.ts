/** Low-rank adapters: names, start, algebra of merging, and gradients. */
import { describe, expect, test } from 'vitest';
import {
  initialLora,
  loraHook,
  loraLayout,
  type LoraOptions,
  loraScale,
  mergeLora,
  projections,
} from '../../../models/adapter/lora.ts';
import { assembleBatch, batchNames, batchTensors, neededShape, predictionRow } from '../../../models/batch/batch.ts';
import { compile } from '../../../models/compile/compile.ts';
import { defineTensorFunction } from '../../../models/compile/tensor-function.ts';
import { meanTargetLoss } from '../../../models/training/sft-step.ts';
import { logitsAt } from '../../../models/transformer/logits-at.ts';
import type { ModelConfig } from '../../../models/transformer/model-config.ts';
import { modelLayout } from '../../../models/transformer/model-layout.ts';
import { packWeights, unpackWeights } from '../../../models/transformer/packed-weights.ts';
import { splitParameters } from '../../../models/transformer/parameter-layout.ts';
import type { Weights } from '../../../models/transformer/weights.ts';
import { randomStream } from '../../../schemas/random.ts';
import { allBackends, onBackends } from '../on-backends.ts';
import { largestDifference, toyConfig, toyExamples, toyModel } from '../toy-model.ts';
import { numericGradient, referenceLoss, type ReferenceWeights } from '../transformer/reference-transformer.ts';

const config = toyConfig({ vocab_size: 7 });
const { weights } = toyModel(config);
const everything: LoraOptions = { rank: 2, alpha: 3, rankStabilized: false, projections, layers: null };
const cases: Readonly<Record<string, LoraOptions>> = {
  'all projections': everything,
  'values only, rank-stabilised': { ...everything, projections: ['v_proj'], rankStabilized: true },
  'some of each fused product, second layer': {
    ...everything,
    projections: ['q_proj', 'up_proj', 'o_proj'],
    layers: [1],
  },
};

/** A start with B away from zero, so that every factor matters. */
function movedAdapter(options: LoraOptions): Weights {
  const { normal } = randomStream(8, 'adapter');
  return new Map(
    [...initialLora(config, options, 1)].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map(value => value + 0.2 * normal()) },
    ]),
  );
}

const inDouble = (of: Weights) => new Map([...of].map(([name, { data }]) => [name, Float64Array.from(data)]));

const adapted = defineTensorFunction({
  name: 'test-adapted',
  inputs: ['weights', 'adapter', ...batchNames],
  outputs: ['logits', 'loss', 'gradient'],
  run: (tf, { adapter, shape }: { readonly adapter: LoraOptions; readonly shape: ModelConfig }, inputs) => {
    const logitsOf = (flat: typeof inputs.adapter) =>
      logitsAt(tf, shape, inputs, {
        adapt: loraHook(tf, adapter, splitParameters(tf, loraLayout(shape, adapter), flat)),
      });
    const { value, grad } = tf.valueAndGrad(flat => meanTargetLoss(tf, logitsOf(flat), inputs))(inputs.adapter);
    return { logits: logitsOf(inputs.adapter), loss: value, gradient: grad };
  },
});

const merged = defineTensorFunction({
  name: 'test-merged',
  inputs: ['weights', 'tokens', 'positions'],
  outputs: ['logits'],
  run: (tf, { shape }: { readonly shape: ModelConfig }, inputs) => ({ logits: logitsAt(tf, shape, inputs) }),
});

describe.each(Object.entries(cases))('%s', (_, options) => {
  const adapter = movedAdapter(options);
  const layout = loraLayout(config, options);
  const examples = toyExamples(2, 7);
  const rows = examples.map(example => predictionRow(example));
  const model = { config, weights: inDouble(weights) };
  const lossOf = (changed: ReferenceWeights) =>
    referenceLoss({ ...model, adapter: { options, weights: changed } }, examples);
  let slopes: ReturnType<typeof numericGradient> | undefined;

  onBackends(allBackends, backend => {
    test('the merged model gives what model and adapter give, and the gradient is that of the reference', () => {
      const { tf } = backend();
      const run = tf.tidy(() => {
        const batch = batchTensors(tf, assembleBatch(rows, neededShape(rows)));
        const flat = (of: Weights, at: typeof layout) => tf.tensor1d(packWeights(at, of));
        const inputs = { ...batch, weights: flat(weights, modelLayout(config)), adapter: flat(adapter, layout) };
        const separate = compile(backend(), adapted, { adapter: options, shape: config })(inputs);
        const folded = flat(mergeLora(config, options, { weights, adapter }), modelLayout(config));
        const together = compile(backend(), merged, { shape: config })({ ...batch, weights: folded });
        const numbers = (tensor: typeof separate.loss) => Float32Array.from(tensor.dataSync());
        return {
          separate: numbers(separate.logits),
          together: numbers(together.logits),
          loss: numbers(separate.loss)[0]!,
          gradient: numbers(separate.gradient),
        };
      });
      expect(largestDifference(run.separate, run.together)).toBeLessThan(2e-6);
      expect(run.loss).toBeCloseTo(lossOf(inDouble(adapter)), 5);
      slopes ??= numericGradient(inDouble(adapter), lossOf);
      for (const [name, { data }] of unpackWeights(layout, run.gradient)) {
        expect(largestDifference(data, slopes.get(name)!), name).toBeLessThan(5e-6);
      }
    });
  });
});

test('tensors have the names of PEFT, A is [rank, in] and B [out, rank]', () => {
  const options = { ...everything, projections: ['v_proj', 'down_proj'], layers: [1] } as const;
  expect([...initialLora(config, options, 0)].map(([name, { shape }]) => [name, shape])).toEqual([
    ['base_model.model.model.layers.1.self_attn.v_proj.lora_A.weight', [2, 8]],
    ['base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight', [4, 2]],
    ['base_model.model.model.layers.1.mlp.down_proj.lora_A.weight', [2, 12]],
    ['base_model.model.model.layers.1.mlp.down_proj.lora_B.weight', [8, 2]],
  ]);
});

test('the scale is alpha over the rank, or over its root', () => {
  expect(loraScale({ ...everything, rank: 16, alpha: 32 })).toBe(2);
  expect(loraScale({ ...everything, rank: 16, alpha: 32, rankStabilized: true })).toBe(8);
});

test('a new adapter changes nothing: B is zero, and A has variance 1 / in', () => {
  const wide = toyConfig({ hidden_size: 64, num_attention_heads: 4, num_key_value_heads: 4 });
  const model = toyModel(wide);
  const options: LoraOptions = { ...everything, rank: 50, projections: ['q_proj'], layers: [0] };
  const adapter = initialLora(wide, options, 9);
  const [a, b] = [...adapter.values()].map(({ data }) => [...data]);
  expect(b!.every(value => value === 0)).toBe(true);
  // Four standard errors of a variance from 3,200 draws.
  const variance = a!.reduce((sum, value) => sum + value * value, 0) / a!.length;
  expect(Math.abs(64 * variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 3200));
  expect(mergeLora(wide, options, { weights: model.weights, adapter })).toEqual(model.weights);
});

test('a layer that the model has not, or that is named twice, is refused', () => {
  expect(() => initialLora(config, { ...everything, layers: [0, 2] }, 0)).toThrow(
    'there is no layer 2: the model has layers 0 to 1',
  );
  expect(() => initialLora(config, { ...everything, layers: [1, 1] }, 0)).toThrow('layer 1 is named twice');
});
