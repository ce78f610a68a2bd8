/** The forward pass of a Llama-shaped decoder: tokens to hidden states. */
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import { attention, type AttentionTables, attentionTables } from './attention.ts';
import { gatherRows } from './gather-rows.ts';
import type { ModelConfig } from './model-config.ts';
import { embedding, finalNorm, layerPrefix, projectionSizes } from './model-layout.ts';
import { parameter } from './parameter-layout.ts';
import { rmsNorm } from './rms-norm.ts';
import { swiglu } from './swiglu.ts';

export type Parameters = ReadonlyMap<string, Tensor>;

export interface ForwardHooks {
  /**
   * Sees the output of a module, and may give another in its place: `model.embed_tokens`, `model.layers.3.self_attn`,
   * `model.layers.3.mlp` (what is added to the residual stream), `model.layers.3` (the stream after the block),
   * `model.norm`. Shapes are [batch·length, width].
   */
  readonly atSite?: (site: string, value: Tensor) => Tensor;
  /** What an adapter adds to a projection (`model.layers.0.self_attn.v_proj`) of this input [n, in], if anything. */
  readonly adapt?: (projection: string, input: Tensor) => Tensor | undefined;
}

/** tokens [batch, length] (int32) → the hidden state after the final norm [batch·length, width]. */
export function forward(
  tf: TensorFlow,
  config: ModelConfig,
  { parameters, tokens }: { readonly parameters: Parameters; readonly tokens: Tensor },
  hooks: ForwardHooks = {},
): Tensor {
  const context = { tf, config, parameters, hooks, tables: attentionTables(tf, config, tokens.shape.at(-1) ?? 0) };
  let stream = gatherRows(tf, parameter(parameters, embedding), tokens.as1D());
  stream = atSite(context, 'model.embed_tokens', stream);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    stream = block(context, layerPrefix(layer), stream);
  }
  return atSite(context, 'model.norm', rmsNorm(tf, stream, parameter(parameters, finalNorm), config.rms_norm_eps));
}

interface Context {
  readonly tf: TensorFlow;
  readonly config: ModelConfig;
  readonly parameters: Parameters;
  readonly hooks: ForwardHooks;
  readonly tables: AttentionTables;
}

function block(context: Context, prefix: string, stream: Tensor): Tensor {
  const attended = stream.add(atSite(context, `${prefix}self_attn`, selfAttention(context, prefix, stream)));
  const fed = attended.add(atSite(context, `${prefix}mlp`, feedForward(context, prefix, attended)));
  return atSite(context, prefix.slice(0, -1), fed);
}

function selfAttention(context: Context, prefix: string, stream: Tensor): Tensor {
  const { tf, config, parameters, tables } = context;
  const attentionPrefix = `${prefix}self_attn.`;
  const input = normed(context, `${prefix}input_layernorm.weight`, stream);
  const { query, keyValue } = projectionSizes(config);
  const projections = { q_proj: query, k_proj: keyValue, v_proj: keyValue };
  let projected = fusedProjection(context, `${attentionPrefix}qkv_proj`, {
    prefix: attentionPrefix,
    input,
    projections,
  });
  if (config.attention_bias) projected = projected.add(parameter(parameters, `${attentionPrefix}qkv_proj.bias`));
  return projection(context, `${attentionPrefix}o_proj`, attention(tf, config, projected, tables));
}

function feedForward(context: Context, prefix: string, stream: Tensor): Tensor {
  const inner = context.config.intermediate_size;
  const input = normed(context, `${prefix}post_attention_layernorm.weight`, stream);
  const projections = { gate_proj: inner, up_proj: inner };
  const gateAndUp = fusedProjection(context, `${prefix}mlp.gate_up_proj`, {
    prefix: `${prefix}mlp.`,
    input,
    projections,
  });
  return projection(context, `${prefix}mlp.down_proj`, swiglu(context.tf, gateAndUp));
}

function normed({ tf, config, parameters }: Context, name: string, stream: Tensor): Tensor {
  return rmsNorm(tf, stream, parameter(parameters, name), config.rms_norm_eps);
}

/** x·Wᵀ, plus what an adapter adds. */
function projection({ tf, parameters, hooks }: Context, name: string, input: Tensor): Tensor {
  const output = tf.matMul(input, parameter(parameters, `${name}.weight`), false, true);
  const added = hooks.adapt?.(name, input);
  return added === undefined ? output : output.add(added);
}

interface FusedProjection {
  readonly prefix: string;
  readonly input: Tensor;
  /** Output size by name, in the order in which the fused matrix stacks them. */
  readonly projections: Readonly<Record<string, number>>;
}

/** Several projections of one input as one product; what adapters add to some of them is put beside zeros. */
function fusedProjection(context: Context, name: string, { prefix, input, projections }: FusedProjection): Tensor {
  const { tf, parameters, hooks } = context;
  const output = tf.matMul(input, parameter(parameters, `${name}.weight`), false, true);
  const rows = input.shape[0] ?? 0;
  const added = Object.entries(projections).map(([each, size]) => ({
    size,
    value: hooks.adapt?.(prefix + each, input),
  }));
  if (added.every(({ value }) => value === undefined)) return output;
  return output.add(
    tf.concat(
      added.map(({ size, value }) => value ?? tf.zeros([rows, size])),
      -1,
    ),
  );
}

function atSite({ hooks }: Context, site: string, value: Tensor): Tensor {
  return hooks.atSite?.(site, value) ?? value;
}
