/** `token-entropy`: how undecided the model is. */
import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';

export const tokenEntropy = defineStepKind({
  kind: 'token-entropy',
  version: 1,
  summary: 'Entropy of the next-token distribution where the answer starts, per prompt.',
  weight: 'heavy',
  with: z.strictObject({ system_prompt: z.string().min(1).optional().describe('a system turn before every prompt') }),
  seeds: [],
  in: {
    model: { kind: 'weights', summary: 'the model' },
    prompts: {
      kind: 'table',
      summary: 'questions (`question_id`, `question`) or conversations (`row_id`, `messages`)',
    },
  },
  out: {
    entropies: {
      kind: 'table',
      summary: 'entropy in nats, and the probability of the likeliest token',
      columns: { prompt_id: 'utf8', entropy: 'float64', top_probability: 'float64' },
    },
  },
  metrics: { entropy: 'mean over prompts, nats' },
});
