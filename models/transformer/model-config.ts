/**
 * The shape of a decoder-only transformer, in the names of Hugging Face's config.json, so that a Llama, Mistral or Qwen2
 * checkpoint's own file is read as it is.
 */
import { z } from 'zod';

const positive = z.int().positive();
const tokenId = z.int().nonnegative();

/** Keys that change what is computed have to say what this transformer does; all other unknown keys are left out. */
const configFileSchema = z.object({
  model_type: z.enum(['llama', 'mistral', 'qwen2']).optional(),
  vocab_size: positive,
  hidden_size: positive,
  intermediate_size: positive,
  num_hidden_layers: positive,
  num_attention_heads: positive,
  num_key_value_heads: positive.optional(),
  head_dim: positive.nullish(),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().optional(),
  rope_parameters: z.object({ rope_theta: z.number().positive(), rope_type: z.literal('default') }).optional(),
  rope_scaling: z.null().optional(),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.boolean().optional(),
  mlp_bias: z.literal(false).optional(),
  hidden_act: z.literal('silu').optional(),
  use_sliding_window: z.literal(false).optional(),
  sliding_window: z.int().nullish(),
  max_position_embeddings: positive.default(2048),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish(),
});

/** All keys filled in. Sizes count elements; `attention_bias` is a bias on q, k and v (as Qwen2 has it), none on o. */
export type ModelConfig = {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  /** Below `num_attention_heads`: grouped-query attention. */
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly rms_norm_eps: number;
  readonly rope_theta: number;
  readonly tie_word_embeddings: boolean;
  readonly attention_bias: boolean;
  /** The longest sequence the model may be given. */
  readonly max_position_embeddings: number;
  readonly bos_token_id: number | null;
  readonly eos_token_id: readonly number[];
};

/** Reads a config.json value or a config of ours; throws a ZodError that names each key it cannot accept. */
export const modelConfigSchema = configFileSchema.superRefine(checkWindow).transform(complete).superRefine(checkShapes);

function complete(file: z.output<typeof configFileSchema>): ModelConfig {
  const { eos_token_id: eos } = file;
  return {
    vocab_size: file.vocab_size,
    hidden_size: file.hidden_size,
    intermediate_size: file.intermediate_size,
    num_hidden_layers: file.num_hidden_layers,
    num_attention_heads: file.num_attention_heads,
    num_key_value_heads: file.num_key_value_heads ?? file.num_attention_heads,
    head_dim: file.head_dim ?? file.hidden_size / file.num_attention_heads,
    rms_norm_eps: file.rms_norm_eps,
    rope_theta: file.rope_theta ?? file.rope_parameters?.rope_theta ?? 10_000,
    tie_word_embeddings: file.tie_word_embeddings,
    // Qwen2's files do not say it: the bias is part of that architecture.
    attention_bias: file.attention_bias ?? file.model_type === 'qwen2',
    max_position_embeddings: file.max_position_embeddings,
    bos_token_id: file.bos_token_id ?? null,
    eos_token_id: eos === null || eos === undefined ? [] : [eos].flat(),
  };
}

/** Qwen2's files name a window even where they do not use it. */
function checkWindow(file: z.output<typeof configFileSchema>, context: z.RefinementCtx): void {
  const { sliding_window: window, max_position_embeddings: positions } = file;
  const isUsed = file.use_sliding_window !== false && file.model_type !== 'qwen2';
  if (!isUsed || window === null || window === undefined || window >= positions) return;
  const message = `attention within a window of ${window} tokens is not implemented (it may be as long as ${positions})`;
  context.addIssue({ code: 'custom', path: ['sliding_window'], message, input: window });
}

function checkShapes(config: ModelConfig, context: z.RefinementCtx): void {
  const refuse = (key: keyof ModelConfig, message: string) =>
    context.addIssue({ code: 'custom', path: [key], message, input: config[key] });
  const { num_attention_heads: heads, num_key_value_heads: keyValueHeads, head_dim: headSize } = config;
  if (!Number.isInteger(headSize) || headSize % 2 !== 0) {
    refuse(
      'head_dim',
      `the size of a head must be an even whole number (rotary embedding turns pairs), not ${headSize}`,
    );
  }
  if (heads % keyValueHeads !== 0) {
    refuse('num_key_value_heads', `must divide num_attention_heads (${heads}), which ${keyValueHeads} does not`);
  }
}
