/** Direct preference optimisation (Rafailov et al. 2023) against reference log-probabilities made beforehand. */
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import { type Batch, batchNames } from '../batch/batch.ts';
import { logitsAt } from '../transformer/logits-at.ts';
import type { ModelConfig } from '../transformer/model-config.ts';
import { modelLayout } from '../transformer/model-layout.ts';
import { targetLogProbability } from '../transformer/target-log-probability.ts';
import { defineTrainingStep } from './training-step.ts';

export type DpoLoss = {
  readonly config: ModelConfig;
  readonly beta: number;
  /** A sequence's log-probability is divided by its number of target tokens (`dpo_norm` of Tulu 3). */
  readonly lengthNormalized: boolean;
};

/**
 * The batch holds the chosen sequences, then the rejected ones in the same order. `referenceMargins` [pairs] is the
 * reference's log-probability of chosen − rejected. Loss: mean of −log σ(β · (margin − reference margin)).
 */
export const dpoStep = defineTrainingStep({
  name: 'dpo-step',
  batch: [...batchNames, 'referenceMargins'],
  layout: ({ config }: DpoLoss) => modelLayout(config),
  loss: (tf, options, weights, batch) => {
    const { config, beta } = options;
    const logits = logitsAt(tf, config, { ...batch, weights });
    const [chosen, rejected] = tf.split(sequenceLogProbability(tf, logits, options, batch), 2);
    if (chosen === undefined || rejected === undefined) throw new Error('internal: a split gave fewer than two halves');
    const margins = chosen.sub(rejected).sub(batch.referenceMargins);
    // −log σ(x) = softplus(−x); the library's logSigmoid uses its input after that is gone.
    return tf.softplus(margins.mul(-beta)).mean();
  },
});

/** [sequences]: the sum over each row's targets, or their mean. */
function sequenceLogProbability(
  tf: TensorFlow,
  logits: Tensor,
  { lengthNormalized }: DpoLoss,
  { tokens, targets, targetWeights }: Batch,
): Tensor {
  const rows = tokens.shape[0] ?? 0;
  const byRow = (values: Tensor) => values.reshape([rows, -1]).sum(-1);
  const sums = byRow(targetLogProbability(tf, logits, targets).mul(targetWeights));
  return lengthNormalized ? sums.div(byRow(targetWeights)) : sums;
}
