/** Causal self-attention with grouped queries (Vaswani et al. 2017; Ainslie et al. 2023). */
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import type { ModelConfig } from './model-config.ts';
import { rotate, type RotaryTable, rotaryTable } from './rotary-embedding.ts';

/** What attention needs besides its input; the same for every layer, so it is made once per forward pass. */
export interface AttentionTables {
  readonly rotary: RotaryTable;
  /** [1, 1, length, length]: 0 where a position may look, else a number that leaves no weight. */
  readonly mask: Tensor;
}

export function attentionTables(tf: TensorFlow, config: ModelConfig, length: number): AttentionTables {
  const { num_attention_heads: heads, num_key_value_heads: keyValueHeads, head_dim: headSize } = config;
  const factors = Array.from({ length: heads + keyValueHeads }, (_, head) => (head < heads ? headSize ** -0.5 : 1));
  const mask = Float32Array.from({ length: length * length }, (_, at) =>
    at % length > Math.floor(at / length) ? -1e9 : 0,
  );
  return {
    rotary: rotaryTable(tf, { positions: length, headSize, theta: config.rope_theta, factors }),
    mask: tf.tensor(mask, [1, 1, length, length]),
  };
}

/**
 * `projected` [batch·length, (heads + 2·keyValueHeads)·headSize] holds q, k and v side by side; gives
 * [batch·length, heads·headSize]. Padding at the end of a row needs no mask: no earlier position looks at it.
 */
export function attention(
  tf: TensorFlow,
  config: ModelConfig,
  projected: Tensor,
  { rotary, mask }: AttentionTables,
): Tensor {
  const { num_attention_heads: heads, num_key_value_heads: keyValueHeads, head_dim: headSize } = config;
  const length = mask.shape.at(-1) ?? 0;
  const batch = (projected.shape[0] ?? 0) / length;
  const all = heads + 2 * keyValueHeads;
  const byHead = projected.reshape([batch, length, all, headSize]).transpose([0, 2, 1, 3]);
  const [turned, values] = splitHeads(tf, byHead, [heads + keyValueHeads, keyValueHeads]);
  const [queries, keys] = splitHeads(tf, rotate(tf, turned, rotary), [heads, keyValueHeads]);
  // The queries of a group share keys and values: they are further rows of the same product.
  const group = heads / keyValueHeads;
  const grouped = queries.reshape([batch, keyValueHeads, group * length, headSize]);
  const scores = tf.matMul(grouped, keys, false, true).reshape([batch, heads, length, length]);
  const shares = tf.softmax(scores.add(mask)).reshape([batch, keyValueHeads, group * length, length]);
  const mixed = tf.matMul(shares, values).reshape([batch, heads, length, headSize]);
  return mixed.transpose([0, 2, 1, 3]).reshape([batch * length, heads * headSize]);
}

function splitHeads(tf: TensorFlow, x: Tensor, sizes: [number, number]): [Tensor, Tensor] {
  const [first, second] = tf.split(x, sizes, 1);
  if (first === undefined || second === undefined) throw new Error('internal: a split gave fewer than two parts');
  return [first, second];
}
