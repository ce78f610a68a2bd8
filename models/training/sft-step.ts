/** Supervised fine-tuning: the mean negative log-likelihood of a batch's target tokens. */
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import { type Batch, batchNames } from '../batch/batch.ts';
import { logitsAt } from '../transformer/logits-at.ts';
import type { ModelConfig } from '../transformer/model-config.ts';
import { modelLayout } from '../transformer/model-layout.ts';
import { targetLogProbability } from '../transformer/target-log-probability.ts';
import { defineTrainingStep } from './training-step.ts';

export const sftStep = defineTrainingStep({
  name: 'sft-step',
  batch: batchNames,
  layout: ({ config }: { readonly config: ModelConfig }) => modelLayout(config),
  loss: (tf, { config }, weights, batch) => meanTargetLoss(tf, logitsAt(tf, config, { ...batch, weights }), batch),
});

/** logits [m, vocabulary] at the places of a batch → the mean negative log-likelihood of its targets. */
export function meanTargetLoss(tf: TensorFlow, logits: Tensor, { targets, targetWeights }: Batch): Tensor {
  const logProbabilities = targetLogProbability(tf, logits, targets);
  return logProbabilities.mul(targetWeights).sum().div(targetWeights.sum()).neg();
}
