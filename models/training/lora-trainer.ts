/** Trains an adapter on examples, with the loss of supervised fine-tuning. */
import { initialLora, type LoraOptions, loraLayout } from '../adapter/lora.ts';
import type { Backend } from '../backend/backend.ts';
import { predictionRow } from '../batch/batch.ts';
import { checkTokens } from '../text/check-tokens.ts';
import type { Example } from '../text/example.ts';
import type { ModelConfig } from '../transformer/model-config.ts';
import { modelLayout } from '../transformer/model-layout.ts';
import { packWeights } from '../transformer/packed-weights.ts';
import type { Weights } from '../transformer/weights.ts';
import { exampleParts } from './batch-parts.ts';
import { shuffledBatches } from './data-order.ts';
import { loraStep } from './lora-step.ts';
import { createTrainer, type Trainer, type TrainingOptions } from './trainer.ts';

export interface LoraTrainerOptions extends TrainingOptions {
  readonly model: { readonly config: ModelConfig; readonly weights: Weights };
  readonly adapter: LoraOptions;
  readonly examples: readonly Example[];
}

/** The seed draws the adapter's start as well as the order of the rows. `weights()` are the adapter's. */
export function createLoraTrainer(backend: Backend, options: LoraTrainerOptions): Trainer {
  const { model, adapter, examples, seed } = options;
  const { config } = model;
  checkTokens(config, examples);
  const rowsOf = shuffledBatches(
    examples.map(example => predictionRow(example)),
    options,
  );
  return createTrainer(backend, options, {
    declaration: loraStep,
    loss: { config, adapter },
    layout: loraLayout(config, adapter),
    weights: initialLora(config, adapter, seed),
    partsOf: step => exampleParts(rowsOf(step), options.microBatch),
    fixed: { base: packWeights(modelLayout(config), model.weights) },
  });
}
