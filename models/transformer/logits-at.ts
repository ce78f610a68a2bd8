/** A model's logits where they are asked for: the head is most of a small model, and few positions matter. */
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import type { Tensors } from '../compile/tensor-function.ts';
import { forward, type ForwardHooks } from './forward.ts';
import { gatherRows } from './gather-rows.ts';
import type { ModelConfig } from './model-config.ts';
import { headName, modelLayout } from './model-layout.ts';
import { parameter, splitParameters } from './parameter-layout.ts';

/**
 * `weights` is the flat vector of the model's layout, `tokens` [batch, length] and `positions` [m] int32; positions point
 * into all batch · length tokens. Gives the logits [m, vocabulary] of the token that follows each position.
 */
export function logitsAt(
  tf: TensorFlow,
  config: ModelConfig,
  { weights, tokens, positions }: Tensors<'weights' | 'tokens' | 'positions'>,
  hooks: ForwardHooks = {},
): Tensor {
  const parameters = splitParameters(tf, modelLayout(config), weights);
  const hidden = gatherRows(tf, forward(tf, config, { parameters, tokens }, hooks), positions);
  return tf.matMul(hidden, parameter(parameters, headName(config)), false, true);
}
