/** Trains all weights to prefer chosen over rejected sequences. */
import type { Backend } from '../backend/backend.ts';
import { predictionRow } from '../batch/batch.ts';
import { checkTokens } from '../text/check-tokens.ts';
import { type Example, targetPositions } from '../text/example.ts';
import type { ModelConfig } from '../transformer/model-config.ts';
import { modelLayout } from '../transformer/model-layout.ts';
import type { Weights } from '../transformer/weights.ts';
import { piecesOf } from './batch-parts.ts';
import { shuffledBatches } from './data-order.ts';
import { dpoStep } from './dpo-step.ts';
import { createTrainer, type Trainer, type TrainingOptions } from './trainer.ts';

export interface PreferencePair {
  readonly chosen: Example;
  readonly rejected: Example;
  /**
   * Summed log-probabilities of the targets, closing tokens included, under the frozen reference (see
   * scoring/score-completions).
   */
  readonly reference: { readonly chosen: number; readonly rejected: number };
}

export interface DpoOptions extends TrainingOptions {
  readonly model: { readonly config: ModelConfig; readonly weights: Weights };
  readonly pairs: readonly PreferencePair[];
  /** Strength of the pull towards the reference. */
  readonly beta: number;
  /** Divide each log-probability, the reference's too, by its number of target tokens. */
  readonly lengthNormalized: boolean;
}

/** A batch is `batchSize` pairs. */
export function createDpoTrainer(backend: Backend, options: DpoOptions): Trainer {
  const { model, pairs, beta, lengthNormalized } = options;
  const { config, weights } = model;
  checkTokens(
    config,
    pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]),
  );
  const pairsOf = shuffledBatches(
    pairs.map(pair => ({
      chosen: predictionRow(pair.chosen),
      rejected: predictionRow(pair.rejected),
      referenceMargin: referenceMargin(pair, lengthNormalized),
    })),
    options,
  );
  return createTrainer(backend, options, {
    declaration: dpoStep,
    loss: { config, beta, lengthNormalized },
    layout: modelLayout(config),
    weights,
    partsOf: step =>
      piecesOf(pairsOf(step), options.microBatch).map(part => ({
        rows: [...part.map(({ chosen }) => chosen), ...part.map(({ rejected }) => rejected)],
        share: part.length / options.batchSize,
        vectors: { referenceMargins: Float32Array.from(part, pair => pair.referenceMargin) },
      })),
  });
}

function referenceMargin({ chosen, rejected, reference }: PreferencePair, lengthNormalized: boolean): number {
  const divisor = (example: Example) => (lengthNormalized ? targetPositions(example).length : 1);
  return reference.chosen / divisor(chosen) - reference.rejected / divisor(rejected);
}
