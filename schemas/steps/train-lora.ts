/** `train-lora`: supervised fine-tuning of a low-rank adapter on a frozen model. */
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

export const trainLora = defineStepKind({
  kind: 'train-lora',
  version: 1,
  summary: 'Trains a LoRA adapter on the answers of conversations; the model stays as it is.',
  weight: 'heavy',
  with: z
    .strictObject({
      rank: z.int().positive().default(16),
      alpha: z.number().positive().default(32).describe('scale of the adapter: alpha / rank'),
      rank_stabilised: z.boolean().default(false).describe('scale alpha / √rank (rsLoRA)'),
      targets: z
        .array(z.enum(['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']))
        .min(1)
        .default(['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']),
      layers: z.array(z.int().nonnegative()).min(1).optional().describe('layers that get an adapter; all unless given'),
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
    model: { kind: 'weights', summary: 'the frozen model' },
    rows: { kind: 'table', columns: rowColumns, gathers: true, summary: 'conversations or text' },
  },
  out: {
    adapter: { kind: 'weights', summary: 'the adapter (A, B) under its usual tensor names' },
    log: { kind: 'table', summary: 'loss by step', columns: trainingLogColumns },
    checkpoints: {
      kind: 'tree',
      kept: 'checkpoints',
      summary: 'adapters at the kept steps, each with its learning rate',
    },
  },
  metrics: { loss: 'mean training loss over the last tenth of the steps, nats per target token' },
});
