/** `evaluate-loss`: teacher-forced loss, token by token. */
import { z } from 'zod';
import { evaluationParameters } from '../evaluation-parameters.ts';
import { rowColumns } from '../row-columns.ts';
import { defineStepKind } from '../step-kind.ts';

export const evaluateLoss = defineStepKind({
  kind: 'evaluate-loss',
  version: 1,
  summary: 'Negative log-likelihood of every target token of the rows.',
  weight: 'heavy',
  with: z.strictObject({
    loss_on: z.enum(['answers', 'all']).default('all').describe('which tokens are targets; of plain text always all'),
    max_length: z.int().positive().optional().describe('longest example in tokens; the model’s context unless given'),
    too_long: z.enum(['refuse', 'cut']).default('refuse'),
    check_overlap: evaluationParameters.check_overlap,
  }),
  seeds: [],
  in: {
    model: { kind: 'weights', summary: 'the model' },
    rows: { kind: 'table', columns: rowColumns, summary: 'conversations or text' },
  },
  out: {
    tokens: {
      kind: 'table',
      summary: 'one row per target token: its position in the example, its id, −log p in nats',
      columns: { row_id: 'utf8', position: 'int32', token_id: 'int32', nll: 'float64' },
    },
  },
  metrics: { loss: 'mean over target tokens, nats' },
});
