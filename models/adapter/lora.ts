/** Low-rank adapters (Hu et al. 2021), in the tensor names of PEFT. */
import { randomStream } from '../../schemas/random.ts';
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import type { ForwardHooks } from '../transformer/forward.ts';
import type { ModelConfig } from '../transformer/model-config.ts';
import { checkLayers, layerPrefix, modelLayout } from '../transformer/model-layout.ts';
import {
  createLayout,
  elementCount,
  layoutParts,
  type ParameterLayout,
  parameter,
  singlePart,
} from '../transformer/parameter-layout.ts';
import type { Weights, WeightTensor } from '../transformer/weights.ts';

export const projections = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const;
type Projection = (typeof projections)[number];

export type LoraOptions = {
  readonly rank: number;
  /** What the adapter adds is scaled by alpha / rank, or alpha / √rank where `rankStabilized` (rsLoRA). */
  readonly alpha: number;
  readonly rankStabilized: boolean;
  readonly projections: readonly Projection[];
  /** Layers that are adapted, from 0; null for all. */
  readonly layers: readonly number[] | null;
};

export function loraScale({ rank, alpha, rankStabilized }: LoraOptions): number {
  return alpha / (rankStabilized ? Math.sqrt(rank) : rank);
}

/** For each adapted projection [out, in] a matrix A [rank, in] and a matrix B [out, rank]. Throws a LayerError. */
export function loraLayout(config: ModelConfig, options: LoraOptions): ParameterLayout {
  const shapes = new Map(layoutParts(modelLayout(config)).map(({ name, shape }) => [name, shape]));
  return createLayout(
    adaptedProjections(config, options).flatMap(projection => {
      const [outputs, inputs] = shapes.get(`${projection}.weight`) ?? [];
      if (outputs === undefined || inputs === undefined) throw new Error(`internal: the model has no ${projection}`);
      return [
        singlePart(factorName(projection, 'A'), [options.rank, inputs]),
        singlePart(factorName(projection, 'B'), [outputs, options.rank]),
      ];
    }),
  );
}

/** A from N(0, 1/in), B zero: the adapted model starts as the model it adapts. */
export function initialLora(config: ModelConfig, options: LoraOptions, seed: number): Weights {
  return new Map(
    layoutParts(loraLayout(config, options)).map(({ name, shape }) => {
      const data = new Float32Array(elementCount(shape));
      if (name.endsWith('lora_B.weight')) return [name, { shape, data }];
      const { normal } = randomStream(seed, 'initial-adapter', name);
      const scale = (shape[1] ?? 1) ** -0.5;
      return [name, { shape, data: data.map(() => normal() * scale) }];
    }),
  );
}

/** What the adapter adds to a projection of x: scale · (x·Aᵀ)·Bᵀ. */
export function loraHook(
  tf: TensorFlow,
  options: LoraOptions,
  parameters: ReadonlyMap<string, Tensor>,
): NonNullable<ForwardHooks['adapt']> {
  const scale = loraScale(options);
  return (projection, input) => {
    if (!parameters.has(factorName(projection, 'A'))) return undefined;
    const [first, second] = [
      parameter(parameters, factorName(projection, 'A')),
      parameter(parameters, factorName(projection, 'B')),
    ];
    return tf.matMul(tf.matMul(input, first, false, true).mul(scale), second, false, true);
  };
}

/** The model's weights with the adapter folded in: W + scale · B·A, summed in double precision. */
export function mergeLora(
  config: ModelConfig,
  options: LoraOptions,
  { weights, adapter }: { readonly weights: Weights; readonly adapter: Weights },
): Weights {
  const merged = new Map(weights);
  for (const projection of adaptedProjections(config, options)) {
    const name = `${projection}.weight`;
    const factors = { a: adapter.get(factorName(projection, 'A')), b: adapter.get(factorName(projection, 'B')) };
    const weight = weights.get(name);
    if (weight === undefined || factors.a === undefined || factors.b === undefined) {
      throw new Error(`internal: ${projection} or its adapter is missing`);
    }
    merged.set(name, addProduct(weight, { a: factors.a, b: factors.b, scale: loraScale(options) }));
  }
  return merged;
}

/** `model.layers.0.self_attn.v_proj` → `base_model.model.model.layers.0.self_attn.v_proj.lora_A.weight` */
function factorName(projection: string, factor: 'A' | 'B'): string {
  return `base_model.model.${projection}.lora_${factor}.weight`;
}

function adaptedProjections(config: ModelConfig, options: LoraOptions): string[] {
  const layers = options.layers ?? Array.from({ length: config.num_hidden_layers }, (_, layer) => layer);
  checkLayers(config, layers);
  return layers.flatMap(layer =>
    options.projections.map(projection => `${layerPrefix(layer)}${moduleOf(projection)}.${projection}`),
  );
}

function moduleOf(projection: Projection): string {
  return /^(q|k|v|o)_/.test(projection) ? 'self_attn' : 'mlp';
}

function addProduct(
  { shape, data }: WeightTensor,
  { a, b, scale }: { readonly a: WeightTensor; readonly b: WeightTensor; readonly scale: number },
): WeightTensor {
  const [, inputs = 0] = shape;
  const [rank = 0] = a.shape;
  const sum = data.map((weight, at) => {
    const [row, column] = [Math.floor(at / inputs), at % inputs];
    let product = 0;
    for (let k = 0; k < rank; k++) product += (b.data[row * rank + k] ?? 0) * (a.data[k * inputs + column] ?? 0);
    return weight + scale * product;
  });
  return { shape, data: sum };
}
