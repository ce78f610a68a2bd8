/** `train-dpo`: direct preference optimization of all weights against the model it starts from. */
import { z } from 'zod';
import { pairColumns, trainingLogColumns } from '../row-columns.ts';
import { defineStepKind } from '../step-kind.ts';
import {
  checkpointParameters,
  durationParameters,
  hasOneDuration,
  oneDuration,
  optimizerParameters,
} from '../training-parameters.ts';

export const trainDpo = defineStepKind({
  kind: 'train-dpo',
  version: 1,
  summary:
    'DPO with the starting model as frozen reference, whose log-probabilities are computed once and kept as a table.',
  weight: 'heavy',
  with: z
    .strictObject({
      beta: z.number().positive().default(0.1),
      length_normalised: z
        .boolean()
        .default(false)
        .describe('divide log-probabilities by their token counts (dpo_norm of Tulu 3)'),
      ...durationParameters,
      ...optimizerParameters,
      ...checkpointParameters,
    })
    .refine(hasOneDuration, oneDuration),
  seeds: ['training'],
  in: {
    model: { kind: 'weights', summary: 'where training starts, and the reference' },
    pairs: { kind: 'table', columns: pairColumns, gathers: true, summary: 'preference pairs' },
  },
  out: {
    model: { kind: 'weights', summary: 'the trained weights' },
    log: { kind: 'table', summary: 'loss by step', columns: trainingLogColumns },
    reference: {
      kind: 'table',
      summary: 'log-probabilities of both answers under the reference, closing token included, nats',
      columns: {
        row_id: 'utf8',
        chosen_log_prob: 'float64',
        rejected_log_prob: 'float64',
        chosen_tokens: 'int32',
        rejected_tokens: 'int32',
      },
    },
    checkpoints: {
      kind: 'tree',
      kept: 'checkpoints',
      summary: 'weights at the kept steps, each with its learning rate',
    },
  },
  metrics: {
    loss: 'mean DPO loss over the last tenth of the steps, nats per pair',
    accuracy: 'share of pairs whose chosen answer gained more over the reference than the rejected one, after training',
  },
});
