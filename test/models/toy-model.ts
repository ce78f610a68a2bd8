/** A model and data small enough for plain JavaScript, for tests. */
import type { Example } from '../../models/text/example.ts';
import { initialWeights } from '../../models/transformer/initial-weights.ts';
import { type ModelConfig, modelConfigSchema } from '../../models/transformer/model-config.ts';
import type { Weights } from '../../models/transformer/weights.ts';
import { randomStream } from '../../schemas/random.ts';

export function toyConfig(changes: Partial<Record<keyof ModelConfig, unknown>> = {}): ModelConfig {
  return modelConfigSchema.parse({
    vocab_size: 13,
    hidden_size: 8,
    intermediate_size: 12,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 32,
    ...changes,
  });
}

export function toyModel(config = toyConfig()): { readonly config: ModelConfig; readonly weights: Weights } {
  return { config, weights: initialWeights(config, 3) };
}

/** Rows of 4 to 9 tokens whose last three are targets, the last of them closing. */
export function toyExamples(count: number, vocabulary = 13): Example[] {
  const { integer } = randomStream(5, 'toy examples');
  return Array.from({ length: count }, () => {
    const tokens = Int32Array.from({ length: 4 + integer(6) }, () => integer(vocabulary));
    const targets = new Uint8Array(tokens.length).fill(1, -3);
    targets[tokens.length - 1] = 2;
    return { tokens, targets };
  });
}

const toyOptimizer = {
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.1,
  decayVectors: false,
  maxGradientNorm: 1,
};

export const toyTraining = {
  steps: 6,
  batchSize: 4,
  seed: 11,
  learningRate: 0.01,
  schedule: { kind: 'warmed-linear', warmup: 0.3 },
  optimizer: toyOptimizer,
} as const;

/** The largest difference between two lists of numbers of one length. */
export function largestDifference(a: Iterable<number>, b: Iterable<number>): number {
  const [left, right] = [[...a], [...b]];
  if (left.length !== right.length) return Number.POSITIVE_INFINITY;
  return left.reduce((largest, value, at) => Math.max(largest, Math.abs(value - right[at]!)), 0);
}

/** All numbers of a set of tensors, in the order of their names. */
export function allNumbers(weights: Weights): number[] {
  return [...weights.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, { data }]) => [...data]);
}
