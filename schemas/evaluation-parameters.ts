/** Parameters that every evaluation step kind shares. */
import { z } from 'zod';

export const evaluationParameters = {
  system_prompt: z.string().min(1).optional().describe('a system turn before every question; none unless given'),
  check_overlap: z
    .enum(['refuse', 'report', 'off'])
    .default('refuse')
    .describe(
      'before evaluating, compare the questions with every row the model was trained on, in any stage: refuse fails with the offending rows, report notes them in the record',
    ),
};
