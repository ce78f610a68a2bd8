/** `capture-activations`: the residual stream at named layers. */
import { z } from 'zod';
import { activationColumns } from '../row-columns.ts';
import { defineStepKind } from '../step-kind.ts';

export const captureActivations = defineStepKind({
  kind: 'capture-activations',
  version: 1,
  summary: 'Residual-stream vectors after named blocks, at the last prompt token or as mean over the answer.',
  weight: 'heavy',
  with: z.strictObject({
    layers: z
      .union([z.literal('all'), z.array(z.int().nonnegative()).min(1)])
      .default('all')
      .describe('n: the residual stream after block n, counted from 0'),
    position: z
      .enum(['last', 'mean-of-answer'])
      .default('last')
      .describe('last: the token from which the answer starts'),
    system_prompt: z.string().min(1).optional().describe('a system turn before every prompt'),
  }),
  seeds: [],
  in: {
    model: { kind: 'weights', summary: 'the model' },
    prompts: {
      kind: 'table',
      summary: 'questions (`question_id`, `question`) or conversations (`row_id`, `messages`)',
    },
  },
  out: { activations: { kind: 'table', summary: 'one row per prompt and layer', columns: activationColumns } },
  metrics: {},
});
