/** Loss and entropy token by token. */
import type { Backend } from '../backend/backend.ts';
import type { Tensor } from '../backend/tensorflow.ts';
import { batchNames, predictionRow } from '../batch/batch.ts';
import { defineTensorFunction } from '../compile/tensor-function.ts';
import { type Example, targetPositions } from '../text/example.ts';
import { logitsAt } from '../transformer/logits-at.ts';
import type { ModelConfig } from '../transformer/model-config.ts';
import { targetLogProbability } from '../transformer/target-log-probability.ts';
import { inferInBatches, type ScoredModel } from './batched-inference.ts';

/** One example's targets, in order. */
export interface TokenStatistics {
  /** Position of each target in the sequence. */
  readonly positions: Int32Array;
  /** Negative log-likelihood of each target, in nats, teacher-forced. */
  readonly negativeLogLikelihoods: Float32Array;
  /** Entropy −Σ p ln p of the distribution that predicts each target, in nats. */
  readonly entropies: Float32Array;
}

/** Both are stable for logits of any size and do not change when a constant is added to them. */
export function tokenStatistics(backend: Backend, model: ScoredModel, examples: readonly Example[]): TokenStatistics[] {
  const statistics = examples.map(example => {
    const positions = Int32Array.from(targetPositions(example));
    const [negativeLogLikelihoods, entropies] = [
      new Float32Array(positions.length),
      new Float32Array(positions.length),
    ];
    return { positions, negativeLogLikelihoods, entropies };
  });
  const rows = examples.map(example => predictionRow(example));
  const inference = { declaration: targetStatistics, options: { config: model.config }, rows };
  inferInBatches(backend, model, inference, ({ valuesOf, rows: batch, slots }) => {
    const [losses, entropies] = [valuesOf('negativeLogLikelihoods'), valuesOf('entropies')];
    for (const [place, row] of batch.entries()) {
      const target = statistics[row];
      if (target === undefined) throw new Error(`internal: there is no row ${row}`);
      const [first, end] = [place * slots, place * slots + target.positions.length];
      target.negativeLogLikelihoods.set(losses.subarray(first, end));
      target.entropies.set(entropies.subarray(first, end));
    }
  });
  return statistics;
}

/** logits [n, v] → [n]: ln Σ exp(z) − Σ z·exp(z) / Σ exp(z) with z = logits less their row's largest. */
export function entropyOf(logits: Tensor): Tensor {
  const shifted = logits.sub(logits.max(-1, true));
  const exponentials = shifted.exp();
  const total = exponentials.sum(-1);
  return total.log().sub(exponentials.mul(shifted).sum(-1).div(total));
}

const targetStatistics = defineTensorFunction({
  name: 'target-statistics',
  inputs: ['weights', ...batchNames],
  outputs: ['negativeLogLikelihoods', 'entropies'],
  run: (tf, { config }: { readonly config: ModelConfig }, { targets, ...inputs }) => {
    const logits = logitsAt(tf, config, inputs);
    return {
      negativeLogLikelihoods: targetLogProbability(tf, logits, targets).neg(),
      entropies: entropyOf(logits),
    };
  },
});
