/** Hugging Face configs: what is read, filled in and refused. */
import { expect, test } from 'vitest';
import { modelConfigSchema } from '../../../models/transformer/model-config.ts';

const sizes = {
  vocab_size: 100,
  hidden_size: 64,
  intermediate_size: 172,
  num_hidden_layers: 5,
  num_attention_heads: 8,
};

test('a Llama config is read as it is, and what it leaves out is filled in', () => {
  const config = modelConfigSchema.parse({
    ...sizes,
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    num_key_value_heads: 4,
    hidden_act: 'silu',
    mlp_bias: false,
    rope_scaling: null,
    tie_word_embeddings: true,
    bos_token_id: 1,
    eos_token_id: 2,
    torch_dtype: 'float32',
  });
  expect(config).toEqual({
    ...sizes,
    num_key_value_heads: 4,
    head_dim: 8,
    rms_norm_eps: 1e-6,
    rope_theta: 10_000,
    tie_word_embeddings: true,
    attention_bias: false,
    max_position_embeddings: 2048,
    bos_token_id: 1,
    eos_token_id: [2],
  });
});

test('what is read can be written and read again', () => {
  const config = modelConfigSchema.parse({ ...sizes, eos_token_id: [3, 4] });
  expect(modelConfigSchema.parse(JSON.parse(JSON.stringify(config)))).toEqual(config);
});

test('Qwen2 has biases on q, k and v without saying so', () => {
  expect(modelConfigSchema.parse({ ...sizes, model_type: 'qwen2' }).attention_bias).toBe(true);
});

test('a window that is not used, or holds every position, changes nothing', () => {
  const qwen = { ...sizes, model_type: 'qwen2', sliding_window: 1024 };
  expect(modelConfigSchema.safeParse(qwen).success).toBe(true);
  expect(modelConfigSchema.safeParse({ ...sizes, sliding_window: 4096 }).success).toBe(true);
});

test('the base of the rotary embedding may stand where newer files have it', () => {
  const rope_parameters = { rope_theta: 5e5, rope_type: 'default' };
  expect(modelConfigSchema.parse({ ...sizes, rope_parameters }).rope_theta).toBe(5e5);
});

test.each([
  ['another architecture', { model_type: 'gemma2' }, 'model_type'],
  ['scaled rotary embedding', { rope_scaling: { rope_type: 'llama3', factor: 8 } }, 'rope_scaling'],
  ['another activation', { hidden_act: 'gelu' }, 'hidden_act'],
  ['biases in the feed-forward block', { mlp_bias: true }, 'mlp_bias'],
  ['a sliding window', { use_sliding_window: true }, 'use_sliding_window'],
  ['a window without a word on its use', { model_type: 'mistral', sliding_window: 1024 }, 'sliding_window'],
  ['query heads that do not share key heads evenly', { num_key_value_heads: 3 }, 'num_key_value_heads'],
  ['heads of an odd size', { num_attention_heads: 64 }, 'head_dim'],
  ['heads that do not divide the width', { num_attention_heads: 7, num_key_value_heads: 7 }, 'head_dim'],
  ['no vocabulary', { vocab_size: 0 }, 'vocab_size'],
])('%s is refused by key', (_, changes, key) => {
  const result = modelConfigSchema.safeParse({ ...sizes, ...changes });
  expect(result.error?.issues.map(({ path }) => path[0])).toEqual([key]);
});
