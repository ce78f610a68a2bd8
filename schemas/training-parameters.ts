/** Parameters that every training step kind shares, under the names trainers of language models use. */
import { z } from 'zod';

/** Optimizer and schedule: AdamW with global-norm clipping, linear warm-up, then decay. */
export const optimizerParameters = {
  learning_rate: z.number().positive().describe('peak learning rate'),
  schedule: z
    .enum(['linear', 'cosine', 'constant', 'warmed-linear'])
    .default('linear')
    .describe(
      'decay over what the warm-up leaves; warmed-linear: a linear decay over all steps, multiplied with the warm-up',
    ),
  warmup_ratio: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('share of the steps over which the rate rises to its peak'),
  adam_beta1: z.number().min(0).lt(1).default(0.9),
  adam_beta2: z.number().min(0).lt(1).default(0.99),
  adam_epsilon: z.number().positive().default(1e-8),
  weight_decay: z.number().nonnegative().default(0).describe('decoupled (AdamW)'),
  max_grad_norm: z.number().positive().default(1).describe('global-norm clipping'),
};

/** How long to train, and on how much at a time: exactly one of `epochs` and `steps` (checked when the cell is planned). */
export const durationParameters = {
  epochs: z.number().positive().optional().describe('passes over the rows; steps = round(epochs · rows / batch_size)'),
  steps: z.int().positive().optional().describe('optimizer steps, instead of epochs'),
  batch_size: z.int().positive().describe('examples per optimizer step: the effective batch'),
  micro_batch: z
    .int()
    .positive()
    .optional()
    .describe(
      'examples held in memory at once: gradients are summed over the parts of a batch, which stays what it is; all unless given',
    ),
  max_length: z.int().positive().describe('longest example in tokens'),
  too_long: z
    .enum(['refuse', 'cut'])
    .default('refuse')
    .describe('what is done with a longer one; cuts are counted in the record'),
};

/** How many checkpoints `keep: checkpoints` keeps, evenly spaced, the last step always among them. */
export const checkpointParameters = {
  checkpoints: z
    .int()
    .positive()
    .default(3)
    .describe('how many `keep: checkpoints` keeps, evenly spaced, the last included'),
};

/** For `.refine` of every training kind: `epochs` or `steps`, not both and not neither. */
export function hasOneDuration({
  epochs,
  steps,
}: {
  epochs?: number | undefined;
  steps?: number | undefined;
}): boolean {
  return (epochs === undefined) !== (steps === undefined);
}

export const oneDuration = { error: 'give exactly one of `epochs` and `steps`', path: ['epochs'] };
