/** `persona-axis`: the direction from one persona to another, and where models stand on it. */
import { z } from 'zod';
import { activationColumns } from '../row-columns.ts';
import { defineStepKind } from '../step-kind.ts';

export const personaAxis = defineStepKind({
  kind: 'persona-axis',
  version: 1,
  summary:
    'Axis = mean activation under one persona minus that under the other; each model’s mean projection and cosine, against random directions.',
  weight: 'heavy',
  with: z.strictObject({
    by: z.array(z.string()).default([]).describe('axes of `activations` that together name a model'),
    random_directions: z.int().positive().default(200).describe('of the null'),
  }),
  seeds: ['directions'],
  in: {
    toward: {
      kind: 'table',
      columns: activationColumns,
      gathers: true,
      summary: 'activations under the persona the axis points to',
    },
    away: { kind: 'table', columns: activationColumns, gathers: true, summary: 'activations under the other persona' },
    activations: { kind: 'table', columns: activationColumns, gathers: true, summary: 'what is projected' },
  },
  out: {
    projections: {
      kind: 'table',
      summary:
        'one row per model and layer: projection = h·axis / ‖axis‖ (activation units), cosine of h with the axis, both as means over prompts and with the mean of both personas removed; null = standard deviation of the projection on random directions',
      columns: {
        model: 'utf8',
        layer: 'int32',
        projection: 'float64',
        cosine: 'float64',
        null_projection: 'float64',
        prompts: 'int32',
      },
    },
  },
  metrics: {},
});
