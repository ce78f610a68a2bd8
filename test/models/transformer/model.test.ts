/** Models as weights with metadata: there and back, and what is refused. */
import { describe, expect, test } from 'vitest';
import { roleTokens, roleTokenTemplate } from '../../../models/text/role-token-template.ts';
import { wordLevelTokenizer } from '../../../models/text/word-level-tokenizer.ts';
import { initialWeights } from '../../../models/transformer/initial-weights.ts';
import { modelLayout } from '../../../models/transformer/model-layout.ts';
import { type Model, modelFromMetadata, modelMetadata } from '../../../models/transformer/model.ts';
import { packWeights, unpackWeights, WeightsError } from '../../../models/transformer/packed-weights.ts';
import { toyConfig, toyModel } from '../toy-model.ts';

const config = toyConfig({ num_hidden_layers: 1, attention_bias: true });
const model: Model = {
  ...toyModel(config),
  tokenizer: wordLevelTokenizer({ specialTokens: roleTokens, words: ['a', 'b'] }),
  chatTemplate: roleTokenTemplate,
};

test('a model survives being written as weights and metadata', () => {
  expect(modelFromMetadata(model.weights, modelMetadata(model))).toEqual(model);
  const plain = { ...model, chatTemplate: null };
  expect(modelFromMetadata(plain.weights, modelMetadata(plain))).toEqual(plain);
});

test('metadata that is missing or no JSON is refused by key', () => {
  const { config: text, ...rest } = modelMetadata(model);
  expect(() => modelFromMetadata(model.weights, rest)).toThrow('config');
  expect(() => modelFromMetadata(model.weights, { ...rest, config: `${text},` })).toThrow('is not JSON');
});

test('names and shapes are those of Hugging Face', () => {
  expect([...model.weights].map(([name, { shape }]) => `${name} [${shape.join(', ')}]`).toSorted()).toEqual([
    'lm_head.weight [13, 8]',
    'model.embed_tokens.weight [13, 8]',
    'model.layers.0.input_layernorm.weight [8]',
    'model.layers.0.mlp.down_proj.weight [8, 12]',
    'model.layers.0.mlp.gate_proj.weight [12, 8]',
    'model.layers.0.mlp.up_proj.weight [12, 8]',
    'model.layers.0.post_attention_layernorm.weight [8]',
    'model.layers.0.self_attn.k_proj.bias [4]',
    'model.layers.0.self_attn.k_proj.weight [4, 8]',
    'model.layers.0.self_attn.o_proj.weight [8, 8]',
    'model.layers.0.self_attn.q_proj.bias [8]',
    'model.layers.0.self_attn.q_proj.weight [8, 8]',
    'model.layers.0.self_attn.v_proj.bias [4]',
    'model.layers.0.self_attn.v_proj.weight [4, 8]',
    'model.norm.weight [8]',
  ]);
});

describe('weights that do not fit are refused by name:', () => {
  const name = 'model.norm.weight';
  const change = (edit: (weights: Map<string, { shape: readonly number[]; data: Float32Array }>) => void) => {
    const weights = new Map(model.weights);
    edit(weights);
    return () => modelFromMetadata(weights, modelMetadata(model));
  };
  test.each([
    ['a missing one', change(weights => weights.delete(name)), `the weights lack ${name}`],
    [
      'one too many',
      change(weights => weights.set('model.extra', { shape: [1], data: new Float32Array(1) })),
      'the weights have model.extra, which the config does not know',
    ],
    [
      'a wrong shape',
      change(weights => weights.set(name, { shape: [2, 4], data: new Float32Array(8) })),
      `${name} has shape [2, 4]; the config asks for [8]`,
    ],
    [
      'too few numbers',
      change(weights => weights.set(name, { shape: [8], data: new Float32Array(7) })),
      `${name} has shape [8]`,
    ],
    [
      'a number that is none',
      change(weights => weights.set(name, { shape: [8], data: new Float32Array(8).fill(Number.NaN, 5) })),
      `${name} holds NaN at element 5`,
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(WeightsError);
    expect(run).toThrow(message);
  });
});

test('packing and unpacking gives every tensor its own numbers back', () => {
  const layout = modelLayout(config);
  const unpacked = unpackWeights(layout, packWeights(layout, model.weights));
  expect(unpacked).toEqual(model.weights);
});

test('initial weights have the declared spread, and a tensor’s numbers do not depend on the others', () => {
  const wide = toyConfig({
    hidden_size: 64,
    intermediate_size: 96,
    vocab_size: 50,
    num_attention_heads: 4,
    num_key_value_heads: 4,
  });
  const weights = initialWeights(wide, 3);
  const variance = (name: string) => {
    const { data } = weights.get(name)!;
    return data.reduce((sum, value) => sum + value * value, 0) / data.length;
  };
  // Within four standard errors of a variance from at least 3,200 draws.
  const expectations: readonly (readonly [string, number])[] = [
    ['model.embed_tokens.weight', 1 / 64],
    ['lm_head.weight', 1 / 64],
    ['model.layers.1.self_attn.k_proj.weight', 1 / 64],
    ['model.layers.1.self_attn.o_proj.weight', 1 / 64 / 4],
    ['model.layers.0.mlp.up_proj.weight', 1 / 64],
    ['model.layers.0.mlp.down_proj.weight', 1 / 96 / 4],
  ];
  for (const [name, value] of expectations) expect(Math.abs(variance(name) / value - 1), name).toBeLessThan(0.1);
  const tied = initialWeights({ ...wide, tie_word_embeddings: true, num_hidden_layers: 1 }, 3);
  expect(tied.get('model.layers.0.self_attn.k_proj.weight')).toEqual(
    weights.get('model.layers.0.self_attn.k_proj.weight'),
  );
  expect(initialWeights(wide, 4).get('lm_head.weight')).not.toEqual(weights.get('lm_head.weight'));
});
