/** `train-base`: a transformer from random weights. */
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

export const trainBase = defineStepKind({
  kind: 'train-base',
  version: 1,
  summary: 'Trains a decoder-only transformer of the Llama shape from initial weights on conversations or text.',
  weight: 'heavy',
  with: z
    .strictObject({
      d_model: z.int().positive().describe('width of the residual stream'),
      d_ff: z.int().positive().describe('width of the SwiGLU'),
      layers: z.int().positive().default(2),
      heads: z.int().positive().default(4),
      kv_heads: z.int().positive().optional().describe('grouped-query attention; as many as heads unless given'),
      tied_embeddings: z.boolean().default(false),
      rope_theta: z.number().positive().default(10_000),
      context: z.int().positive().default(2048).describe('longest sequence the model may ever be given, in tokens'),
      rms_norm_epsilon: z.number().positive().default(1e-5),
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
    rows: { kind: 'table', columns: rowColumns, summary: 'the corpus' },
    tokenizer: {
      kind: 'json',
      optional: true,
      summary: 'tokenizer and chat template; without it word-level, built from the corpus',
    },
  },
  out: {
    model: { kind: 'weights', summary: 'weights, with config, tokenizer and chat template' },
    log: { kind: 'table', summary: 'loss by step', columns: trainingLogColumns },
    checkpoints: {
      kind: 'tree',
      kept: 'checkpoints',
      summary: 'weights at the kept steps, each with its learning rate',
    },
  },
  metrics: { loss: 'mean training loss over the last tenth of the steps, nats per target token' },
});
