/** Supervised fine-tuning of an adapter; the model's own weights are an input that stays. */
import { type LoraOptions, loraHook, loraLayout } from '../adapter/lora.ts';
import { batchNames } from '../batch/batch.ts';
import { logitsAt } from '../transformer/logits-at.ts';
import type { ModelConfig } from '../transformer/model-config.ts';
import { splitParameters } from '../transformer/parameter-layout.ts';
import { meanTargetLoss } from './sft-step.ts';
import { defineTrainingStep } from './training-step.ts';

type LoraLoss = { readonly config: ModelConfig; readonly adapter: LoraOptions };

export const loraStep = defineTrainingStep({
  name: 'lora-step',
  batch: [...batchNames, 'base'],
  layout: ({ config, adapter }: LoraLoss) => loraLayout(config, adapter),
  loss: (tf, { config, adapter }, weights, batch) => {
    const adapt = loraHook(tf, adapter, splitParameters(tf, loraLayout(config, adapter), weights));
    return meanTargetLoss(tf, logitsAt(tf, config, { ...batch, weights: batch.base }, { adapt }), batch);
  },
});
