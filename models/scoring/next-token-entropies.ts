/** How undecided a model is about the token that follows each prompt. */
import type { Backend } from '../backend/backend.ts';
import { batchNames } from '../batch/batch.ts';
import { defineTensorFunction } from '../compile/tensor-function.ts';
import { logitsAt } from '../transformer/logits-at.ts';
import type { ModelConfig } from '../transformer/model-config.ts';
import { inferInBatches, type ScoredModel } from './batched-inference.ts';
import { entropyOf } from './token-statistics.ts';

export interface NextTokenEntropies {
  /** Per prompt, −Σ p ln p in nats: between 0 and ln(vocabulary). */
  readonly entropies: Float64Array;
  /** Per prompt, the probability of the likeliest token. */
  readonly topProbabilities: Float64Array;
}

export function nextTokenEntropies(
  backend: Backend,
  model: ScoredModel,
  prompts: readonly Int32Array[],
): NextTokenEntropies {
  const entropies = new Float64Array(prompts.length);
  const topProbabilities = new Float64Array(prompts.length);
  const rows = prompts.map(tokens => ({ tokens, positions: [tokens.length - 1], targets: [] }));
  const inference = { declaration: nextTokenStatistics, options: { config: model.config }, rows };
  inferInBatches(backend, model, inference, ({ valuesOf, rows: batch, slots }) => {
    const values = { entropy: valuesOf('entropies'), top: valuesOf('topProbabilities') };
    for (const [place, row] of batch.entries()) {
      entropies[row] = values.entropy[place * slots] ?? Number.NaN;
      topProbabilities[row] = values.top[place * slots] ?? Number.NaN;
    }
  });
  return { entropies, topProbabilities };
}

const nextTokenStatistics = defineTensorFunction({
  name: 'next-token-statistics',
  inputs: ['weights', ...batchNames],
  outputs: ['entropies', 'topProbabilities'],
  run: (tf, { config }: { readonly config: ModelConfig }, { weights, tokens, positions }) => {
    const logits = logitsAt(tf, config, { weights, tokens, positions });
    return { entropies: entropyOf(logits), topProbabilities: tf.softmax(logits).max(-1) };
  },
});
