/** The parameters of a transformer: Hugging Face's names and shapes, and which of them one product computes. */
import type { ModelConfig } from './model-config.ts';
import { createLayout, type ParameterLayout, type ParameterSegment, singlePart } from './parameter-layout.ts';

export const embedding = 'model.embed_tokens.weight';
export const finalNorm = 'model.norm.weight';

/** `model.layers.3.` */
export const layerPrefix = (layer: number): string => `model.layers.${layer}.`;

/** Matrices are [out, in]; q, k and v are one segment, gate and up another. */
export function modelLayout(config: ModelConfig): ParameterLayout {
  const { vocab_size: vocabulary, hidden_size: width, num_hidden_layers: layers } = config;
  return createLayout([
    singlePart(embedding, [vocabulary, width]),
    ...(config.tie_word_embeddings ? [] : [singlePart('lm_head.weight', [vocabulary, width])]),
    ...Array.from({ length: layers }, (_, layer) => layerSegments(config, layerPrefix(layer))).flat(),
    singlePart(finalNorm, [width]),
  ]);
}

/** A layer is asked for that the model has not, or twice. */
class LayerError extends RangeError {
  override readonly name = 'LayerError';
  readonly failure = 'user';
}

/** Throws a LayerError unless these are layers of the model, each named once. */
export function checkLayers({ num_hidden_layers: depth }: ModelConfig, layers: readonly number[]): void {
  const wrong = layers.find(layer => !Number.isInteger(layer) || layer < 0 || layer >= depth);
  if (wrong !== undefined) throw new LayerError(`there is no layer ${wrong}: the model has layers 0 to ${depth - 1}`);
  const twice = layers.find((layer, index) => layers.indexOf(layer) !== index);
  if (twice !== undefined) throw new LayerError(`layer ${twice} is named twice`);
}

/** The matrix that maps the last hidden state to logits. */
export function headName(config: ModelConfig): string {
  return config.tie_word_embeddings ? embedding : 'lm_head.weight';
}

/** Rows of the q, k and v matrices. */
export function projectionSizes(config: ModelConfig): { readonly query: number; readonly keyValue: number } {
  return {
    query: config.num_attention_heads * config.head_dim,
    keyValue: config.num_key_value_heads * config.head_dim,
  };
}

function layerSegments(config: ModelConfig, prefix: string): ParameterSegment[] {
  const { hidden_size: width, intermediate_size: inner } = config;
  const { query, keyValue } = projectionSizes(config);
  const attention = `${prefix}self_attn.`;
  const projected = [
    ['q_proj', query],
    ['k_proj', keyValue],
    ['v_proj', keyValue],
  ] as const;
  const weights = projected.map(([name, size]) => ({ name: `${attention}${name}.weight`, shape: [size, width] }));
  const biases = projected.map(([name, size]) => ({ name: `${attention}${name}.bias`, shape: [size] }));
  const gateAndUp = ['gate_proj', 'up_proj'].map(name => ({
    name: `${prefix}mlp.${name}.weight`,
    shape: [inner, width],
  }));
  return [
    { name: `${attention}qkv_proj.weight`, parts: weights },
    ...(config.attention_bias ? [{ name: `${attention}qkv_proj.bias`, parts: biases }] : []),
    singlePart(`${attention}o_proj.weight`, [width, query]),
    { name: `${prefix}mlp.gate_up_proj.weight`, parts: gateAndUp },
    singlePart(`${prefix}mlp.down_proj.weight`, [width, inner]),
    singlePart(`${prefix}input_layernorm.weight`, [width]),
    singlePart(`${prefix}post_attention_layernorm.weight`, [width]),
  ];
}
