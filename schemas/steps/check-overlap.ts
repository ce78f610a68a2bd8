/** `check-overlap`: no evaluation question may stand in a training row. */
import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';

export const checkOverlap = defineStepKind({
  kind: 'check-overlap',
  version: 1,
  summary:
    'Compares evaluation questions with the user turns, prompts and texts of training rows, after lower-casing and joining white space.',
  weight: 'light',
  with: z.strictObject({
    on_overlap: z.enum(['refuse', 'report']).default('refuse').describe('refuse: the cell fails and names the rows'),
  }),
  seeds: [],
  in: {
    training: { kind: 'table', gathers: true, summary: 'training rows or preference pairs' },
    questions: { kind: 'table', gathers: true, summary: 'questions (column `question`, or `messages`)' },
  },
  out: {
    overlap: {
      kind: 'table',
      summary: 'one row per question found in a training row',
      columns: { question_id: 'utf8', row_id: 'utf8', text: 'utf8' },
    },
  },
  metrics: { overlapping: 'questions that stand in a training row', questions: 'questions compared' },
});
