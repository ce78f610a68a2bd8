/** How probable a model finds given completions. */
import type { Backend } from '../backend/backend.ts';
import { batchNames, predictionRow } from '../batch/batch.ts';
import { defineTensorFunction } from '../compile/tensor-function.ts';
import type { Example } from '../text/example.ts';
import { TextError } from '../text/text-error.ts';
import { logitsAt } from '../transformer/logits-at.ts';
import type { ModelConfig } from '../transformer/model-config.ts';
import { targetLogProbability } from '../transformer/target-log-probability.ts';
import { inferInBatches, type ScoredModel } from './batched-inference.ts';

export interface CompletionScores {
  /** Per example, the sum of the log-probabilities (natural) of its targets. */
  readonly logProbabilities: Float64Array;
  /** Per example, how many targets were summed. */
  readonly tokens: Int32Array;
}

/** `closing`: whether the tokens that close an answer count. Throws a TextError on an example without anything to score. */
export function scoreCompletions(
  backend: Backend,
  model: ScoredModel,
  examples: readonly Example[],
  closing: 'included' | 'excluded',
): CompletionScores {
  const rows = examples.map(example => predictionRow(example, closing));
  const bare = rows.findIndex(({ targets }) => targets.length === 0);
  if (bare >= 0) throw new TextError('no-targets', 'it has no token to score', { row: bare });
  const logProbabilities = new Float64Array(examples.length);
  const inference = { declaration: targetScores, options: { config: model.config }, rows };
  inferInBatches(backend, model, inference, ({ valuesOf, rows: batch, slots }) => {
    const values = valuesOf('logProbabilities');
    for (const [place, row] of batch.entries()) {
      const targets = rows[row]?.targets.length ?? 0;
      const first = place * slots;
      logProbabilities[row] = values.subarray(first, first + targets).reduce((sum, value) => sum + value, 0);
    }
  });
  return { logProbabilities, tokens: Int32Array.from(rows, ({ targets }) => targets.length) };
}

const targetScores = defineTensorFunction({
  name: 'target-scores',
  inputs: ['weights', ...batchNames],
  outputs: ['logProbabilities'],
  run: (tf, { config }: { readonly config: ModelConfig }, { targets, ...inputs }) => ({
    logProbabilities: targetLogProbability(tf, logitsAt(tf, config, inputs), targets),
  }),
});
