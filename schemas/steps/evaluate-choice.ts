/** `evaluate-choice`: multiple choice by log-probability. */
import { z } from 'zod';
import { evaluationParameters } from '../evaluation-parameters.ts';
import { choiceQuestionColumns } from '../row-columns.ts';
import { defineStepKind } from '../step-kind.ts';

export const evaluateChoice = defineStepKind({
  kind: 'evaluate-choice',
  version: 1,
  summary: 'Accuracy of the choice with the highest log-probability, over all questions and by a column of theirs.',
  weight: 'heavy',
  with: z.strictObject({
    by: z.string().optional().describe('column of the questions: accuracy is told for each of its values'),
    length_normalised: z
      .boolean()
      .default(false)
      .describe('mean instead of summed log-probability of an answer’s tokens'),
    ...evaluationParameters,
  }),
  seeds: [],
  in: {
    model: { kind: 'weights', summary: 'the model' },
    questions: { kind: 'table', columns: choiceQuestionColumns, summary: 'the questions' },
  },
  out: {
    scores: {
      kind: 'table',
      summary:
        'one row per value of `by` (`group`; without it one row, `all`): accuracy in [0, 1], with its Wilson interval',
      columns: { group: 'utf8', accuracy: 'float64', low: 'float64', high: 'float64', questions: 'int32' },
    },
    answers: {
      kind: 'table',
      summary: 'one row per question; log-probabilities of its choices, in order, nats',
      columns: { question_id: 'utf8', group: 'utf8', chosen: 'int32', answer: 'int32', log_probs: 'float32[]' },
    },
  },
  metrics: { accuracy: 'over all questions, in [0, 1]' },
});
