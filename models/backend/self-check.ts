/** A toy model trained for three steps both ways: whether graphs give on this machine what eager execution gives. */
import { createSftTrainer } from '../training/sft-trainer.ts';
import { initialWeights } from '../transformer/initial-weights.ts';
import { modelConfigSchema } from '../transformer/model-config.ts';
import type { Backend, GraphBackend } from './backend.ts';

const steps = 3;
/** Largest difference in a loss or a weight: single precision in another order of operations. */
const tolerance = 1e-5;

/** Throws where a loss or a weight differs by more than rounding does. */
export function checkGraphs(backend: GraphBackend): void {
  const graph = train(backend);
  const eager = train({ ...backend, mode: 'eager' });
  const difference = Math.max(...graph.map((value, index) => Math.abs(value - (eager[index] ?? Number.NaN))));
  // Also false where a number is not one.
  if (!(difference <= tolerance)) throw new Error(`after ${steps} steps graph and eager differ by ${difference}`);
}

/** Losses, then all weights. */
function train(backend: Backend): number[] {
  const config = modelConfigSchema.parse({
    vocab_size: 11,
    hidden_size: 8,
    intermediate_size: 12,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_key_value_heads: 1,
  });
  const examples = [0, 1, 2, 3].map(row => ({
    tokens: Int32Array.from({ length: 6 }, (_, position) => (3 * row + 2 * position) % 11),
    targets: Uint8Array.of(0, 0, 1, 1, 0, 1),
  }));
  const trainer = createSftTrainer(backend, {
    model: { config, weights: initialWeights(config, 0) },
    examples,
    steps,
    batchSize: 2,
    seed: 0,
    learningRate: 0.01,
    schedule: { kind: 'constant', warmup: 0 },
    optimizer: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, decayVectors: false, maxGradientNorm: 1 },
  });
  const losses = Array.from({ length: steps }, () => trainer.step().loss);
  const weights = [...trainer.weights().values()].flatMap(({ data }) => [...data]);
  trainer.dispose();
  return [...losses, ...weights];
}
