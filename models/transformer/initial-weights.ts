/** The weights a new model starts from. */
import { randomStream } from '../../schemas/random.ts';
import type { ModelConfig } from './model-config.ts';
import { embedding, modelLayout } from './model-layout.ts';
import { elementCount, layoutParts, type ParameterPart } from './parameter-layout.ts';
import type { Weights, WeightTensor } from './weights.ts';

/**
 * Embeddings from N(0, 1/width), matrices from N(0, 1/in), those that write to the residual stream (o and down) smaller
 * by √(2 · layers); norm weights 1, biases 0. Each tensor has a random stream of its own, so a further layer or a tied
 * head leaves the others as they are.
 */
export function initialWeights(config: ModelConfig, seed: number): Weights {
  return new Map(layoutParts(modelLayout(config)).map(part => [part.name, initialTensor(config, seed, part)]));
}

function initialTensor(config: ModelConfig, seed: number, { name, shape }: ParameterPart): WeightTensor {
  const data = new Float32Array(elementCount(shape));
  if (shape.length === 1) return { shape, data: name.endsWith('.bias') ? data : data.fill(1) };
  const { normal } = randomStream(seed, 'initial-weights', name);
  const scale = standardDeviation(config, name, shape[1] ?? 1);
  return { shape, data: data.map(() => normal() * scale) };
}

function standardDeviation(config: ModelConfig, name: string, inputs: number): number {
  if (name === embedding) return config.hidden_size ** -0.5;
  const writesToStream = /\.(o_proj|down_proj)\.weight$/.test(name);
  return (writesToStream ? (2 * config.num_hidden_layers) ** -0.5 : 1) * inputs ** -0.5;
}
