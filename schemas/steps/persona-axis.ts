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
    by: z
      .array(z.string())
      .default([])
      .describe('axes of `activations` that together name a model; they become columns of the projections'),
    random_directions: z.int().min(2).default(200).describe('of the null'),
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
        'one row per model and layer, the axes that name the model first: projection = h·axis / ‖axis‖ (activation units), cosine of h with the axis, both as means over prompts and with the midpoint of both personas removed from h (raw_cosine: nothing removed); sd = of the projection over prompts; null_… = standard deviation of the same on random directions; axis_length = ‖axis‖',
      columns: {
        model: 'utf8',
        layer: 'int32',
        projection: 'float64',
        sd: 'float64',
        cosine: 'float64',
        raw_cosine: 'float64',
        null_projection: 'float64',
        null_cosine: 'float64',
        axis_length: 'float64',
        prompts: 'int32',
      },
      open: true,
    },
  },
  metrics: {},
});
