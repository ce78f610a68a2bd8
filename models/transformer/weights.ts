/** Weights by name, as safetensors files hold them: the form in which models come and go. */

export interface WeightTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

/** Names and shapes are those of Hugging Face's Llama and Qwen2: `model.layers.0.self_attn.q_proj.weight` is [out, in]. */
export type Weights = ReadonlyMap<string, WeightTensor>;
