/** `probe-linear`: what a linear read-out of activations knows. */
import { z } from 'zod';
import { activationColumns } from '../row-columns.ts';
import { defineStepKind } from '../step-kind.ts';

export const probeLinear = defineStepKind({
  kind: 'probe-linear',
  version: 1,
  summary:
    'Multinomial logistic probe per layer with held-out prompts, its control task, and the share left after removing each model’s mean.',
  weight: 'heavy',
  with: z.strictObject({
    label: z.string().describe('axis or column to predict'),
    checkpoint: z
      .array(z.string())
      .default([])
      .describe(
        'axes that together name a model, all of whose rows have one label; without them each row is its own, and there is no `centred_accuracy`',
      ),
    folds: z.int().min(2).default(5),
    c: z
      .number()
      .positive()
      .default(1)
      .describe('inverse strength of the L2 penalty, on features at standard deviation 1 over the training rows'),
  }),
  seeds: ['folds'],
  in: {
    activations: {
      kind: 'table',
      gathers: true,
      columns: activationColumns,
      summary: 'activations with the label column',
    },
  },
  out: {
    accuracy: {
      kind: 'table',
      summary:
        'one row per layer, in [0, 1], interval by Wilson over rows; control: the same with labels shuffled over models, mean of 5 shuffles (models differ, so near 1 is the expectation, not a finding); centred: after removing each model’s mean over training prompts',
      columns: {
        layer: 'int32',
        accuracy: 'float64',
        low: 'float64',
        high: 'float64',
        control_accuracy: 'float64',
        centred_accuracy: 'float64',
        majority_accuracy: 'float64',
        rows: 'int32',
        prompts: 'int32',
        models: 'int32',
      },
    },
  },
  metrics: {
    accuracy: 'best layer, held-out prompts',
    control_accuracy: 'of that layer',
    centred_accuracy: 'of that layer',
  },
});
