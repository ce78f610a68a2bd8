/** Trains all weights on examples: base training, coupling and supervised fine-tuning alike. */
import type { Backend } from '../backend/backend.ts';
import { predictionRow } from '../batch/batch.ts';
import { checkTokens } from '../text/check-tokens.ts';
import type { Example } from '../text/example.ts';
import type { ModelConfig } from '../transformer/model-config.ts';
import { modelLayout } from '../transformer/model-layout.ts';
import type { Weights } from '../transformer/weights.ts';
import { exampleParts } from './batch-parts.ts';
import { shuffledBatches } from './data-order.ts';
import { sftStep } from './sft-step.ts';
import { createTrainer, type Trainer, type TrainingOptions } from './trainer.ts';

export interface SftOptions extends TrainingOptions {
  readonly model: { readonly config: ModelConfig; readonly weights: Weights };
  readonly examples: readonly Example[];
}

/** The loss is the mean negative log-likelihood of the batch's target tokens. */
export function createSftTrainer(backend: Backend, options: SftOptions): Trainer {
  const { model, examples } = options;
  const { config, weights } = model;
  checkTokens(config, examples);
  const rowsOf = shuffledBatches(
    examples.map(example => predictionRow(example)),
    options,
  );
  return createTrainer(backend, options, {
    declaration: sftStep,
    loss: { config },
    layout: modelLayout(config),
    weights,
    partsOf: step => exampleParts(rowsOf(step), options.microBatch),
  });
}
