/**
 * The transformer once more, in double precision and plain loops, written from the papers' formulas and not from the
 * project's code: what the tests hold that code against.
 */
import type { LoraOptions } from '../../../models/adapter/lora.ts';
import type { Example } from '../../../models/text/example.ts';
import type { ModelConfig } from '../../../models/transformer/model-config.ts';

/** Tensors by name, row-major; shapes follow from the config. */
export type ReferenceWeights = ReadonlyMap<string, Float64Array>;

type Vector = readonly number[];

export interface ReferenceModel {
  readonly config: ModelConfig;
  readonly weights: ReferenceWeights;
  /** W + scale·B·A is used in place of W where there is an adapter. */
  readonly adapter?: { readonly options: LoraOptions; readonly weights: ReferenceWeights };
}

/** Logits [length][vocabulary], and the residual stream [layers][length][width] after each block. */
export function referenceForward(model: ReferenceModel, tokens: ArrayLike<number>) {
  const { config } = model;
  const width = config.hidden_size;
  const embedding = tensor(model, 'model.embed_tokens.weight');
  let stream: Vector[] = Array.from(tokens, token => [...embedding.subarray(token * width, (token + 1) * width)]);
  const streams: Vector[][] = [];
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const prefix = `model.layers.${layer}.`;
    const attended = selfAttention(
      model,
      `${prefix}self_attn.`,
      stream.map(x => norm(model, `${prefix}input_layernorm.weight`, x)),
    );
    stream = stream.map((x, position) => add(x, attended[position]!));
    stream = stream.map(x =>
      add(x, feedForward(model, `${prefix}mlp.`, norm(model, `${prefix}post_attention_layernorm.weight`, x))),
    );
    streams.push(stream);
  }
  const head = config.tie_word_embeddings ? 'model.embed_tokens' : 'lm_head';
  const logits = stream.map(x => linear(model, head, norm(model, 'model.norm.weight', x)));
  return { logits, streams };
}

/** log p of every target of an example, in order. */
export function referenceLogProbabilities(model: ReferenceModel, { tokens, targets }: Example): number[] {
  const { logits } = referenceForward(model, tokens);
  return [...tokens.keys()]
    .filter(position => targets[position]! > 0)
    .map(position => {
      const row = logits[position - 1]!;
      return row[tokens[position]!]! - logSumExp(row);
    });
}

/** The mean negative log-likelihood over the targets of all examples. */
export function referenceLoss(model: ReferenceModel, examples: readonly Example[]): number {
  const all = examples.flatMap(example => referenceLogProbabilities(model, example));
  return -all.reduce((sum, value) => sum + value, 0) / all.length;
}

/** d value / d weight for every number of every tensor, by central differences. */
export function numericGradient(
  weights: ReferenceWeights,
  value: (weights: ReferenceWeights) => number,
): Map<string, Float64Array> {
  const step = 1e-5;
  return new Map(
    [...weights].map(([name, data]) => {
      const at = (index: number, change: number) => {
        const changed = Float64Array.from(data);
        changed[index] = changed[index]! + change;
        return value(new Map([...weights, [name, changed]]));
      };
      return [name, data.map((_, index) => (at(index, step) - at(index, -step)) / (2 * step))];
    }),
  );
}

export function logSumExp(values: Vector): number {
  const largest = Math.max(...values);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

function selfAttention(model: ReferenceModel, prefix: string, inputs: readonly Vector[]): Vector[] {
  const { num_attention_heads: heads, num_key_value_heads: keyValueHeads, head_dim: size } = model.config;
  const projected = (name: string) => inputs.map(x => linear(model, `${prefix}${name}`, x));
  const [queries, keys, values] = [projected('q_proj'), projected('k_proj'), projected('v_proj')];
  const head = (vector: Vector, index: number) => vector.slice(index * size, (index + 1) * size);
  return inputs.map((_, position) => {
    const mixed = Array.from({ length: heads }, (_unused, index) => {
      const shared = Math.floor(index / (heads / keyValueHeads));
      const query = turned(model.config, head(queries[position]!, index), position);
      const scores = Array.from({ length: position + 1 }, (_never, earlier) => {
        const key = turned(model.config, head(keys[earlier]!, shared), earlier);
        return query.reduce((sum, value, at) => sum + value * key[at]!, 0) / Math.sqrt(size);
      });
      const total = logSumExp(scores);
      return Array.from({ length: size }, (_never, at) =>
        scores.reduce((sum, score, earlier) => sum + Math.exp(score - total) * head(values[earlier]!, shared)[at]!, 0),
      );
    });
    return linear(model, `${prefix}o_proj`, mixed.flat());
  });
}

/** Rotary embedding: the pair (x_i, x_{i + size/2}) as a complex number times e^{i·position·θ^(−2i/size)}. */
function turned({ rope_theta: theta, head_dim: size }: ModelConfig, x: Vector, position: number): Vector {
  const half = size / 2;
  const result = [...x];
  for (let i = 0; i < half; i++) {
    const angle = position * theta ** ((-2 * i) / size);
    result[i] = x[i]! * Math.cos(angle) - x[i + half]! * Math.sin(angle);
    result[i + half] = x[i]! * Math.sin(angle) + x[i + half]! * Math.cos(angle);
  }
  return result;
}

function feedForward(model: ReferenceModel, prefix: string, x: Vector): Vector {
  const [gate, up] = [linear(model, `${prefix}gate_proj`, x), linear(model, `${prefix}up_proj`, x)];
  const inner = gate.map((value, at) => (value / (1 + Math.exp(-value))) * up[at]!);
  return linear(model, `${prefix}down_proj`, inner);
}

function norm(model: ReferenceModel, name: string, x: Vector): Vector {
  const scale = tensor(model, name);
  const square = x.reduce((sum, value) => sum + value * value, 0) / x.length;
  return x.map((value, at) => (value / Math.sqrt(square + model.config.rms_norm_eps)) * scale[at]!);
}

function linear(model: ReferenceModel, name: string, x: Vector): Vector {
  const weight = adapted(model, name);
  const bias = model.weights.get(`${name}.bias`);
  const outputs = weight.length / x.length;
  return Array.from({ length: outputs }, (_, row) =>
    x.reduce((sum, value, column) => sum + value * weight[row * x.length + column]!, bias?.[row] ?? 0),
  );
}

function adapted(model: ReferenceModel, name: string): Float64Array {
  const weight = tensor(model, `${name}.weight`);
  const a = model.adapter?.weights.get(`base_model.model.${name}.lora_A.weight`);
  const b = model.adapter?.weights.get(`base_model.model.${name}.lora_B.weight`);
  if (model.adapter === undefined || a === undefined || b === undefined) return weight;
  const { rank, alpha, rankStabilized } = model.adapter.options;
  const scale = alpha / (rankStabilized ? Math.sqrt(rank) : rank);
  const inputs = a.length / rank;
  return weight.map((value, at) => {
    const [row, column] = [Math.floor(at / inputs), at % inputs];
    let product = 0;
    for (let k = 0; k < rank; k++) product += b[row * rank + k]! * a[k * inputs + column]!;
    return value + scale * product;
  });
}

function tensor({ weights }: ReferenceModel, name: string): Float64Array {
  const found = weights.get(name);
  if (found === undefined) throw new Error(`the reference has no ${name}`);
  return found;
}

const add = (a: Vector, b: Vector): Vector => a.map((value, at) => value + b[at]!);
