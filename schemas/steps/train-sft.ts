/** `train-sft`: supervised fine-tuning of all weights. */
import { z } from 'zod';
import { rowColumns, trainingLogColumns } from '../row-columns.ts';
import { defineStepKind } from '../step-kind.ts';
import {
  checkpointParameters,
  durationParameters,
  hasOneDuration,
  oneDuration,
  optimizerParameters,
} from '../training-parameters.ts';

export const trainSft = defineStepKind({
  kind: 'train-sft',
  version: 1,
  summary: 'Fine-tunes all weights on the answers of conversations.',
  weight: 'heavy',
  with: z
    .strictObject({
      loss_on: z
        .enum(['answers', 'all'])
        .default('answers')
        .describe('targets: the assistant’s words and what closes them, or every token'),
      ...durationParameters,
      ...optimizerParameters,
      ...checkpointParameters,
    })
    .refine(hasOneDuration, oneDuration),
  seeds: ['training'],
  in: {
    model: { kind: 'weights', summary: 'where training starts' },
    rows: { kind: 'table', columns: rowColumns, gathers: true, summary: 'conversations or text' },
  },
  out: {
    model: { kind: 'weights', summary: 'the trained weights' },
    log: { kind: 'table', summary: 'loss by step', columns: trainingLogColumns },
    checkpoints: {
      kind: 'tree',
      kept: 'checkpoints',
      summary: 'weights at the kept steps, each with its learning rate',
    },
  },
  metrics: { loss: 'mean training loss over the last tenth of the steps, nats per target token' },
});
