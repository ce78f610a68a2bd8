/** `bag-of-tokens`: can a linear classifier tell the corpora apart by their words? */
import { z } from 'zod';
import { rowColumns } from '../row-columns.ts';
import { defineStepKind } from '../step-kind.ts';

export const bagOfTokens = defineStepKind({
  kind: 'bag-of-tokens',
  version: 1,
  summary:
    'Multinomial logistic regression on word counts, cross-validated with all rows of a question in one fold. Words: lower case, split at white space.',
  weight: 'heavy',
  with: z.strictObject({
    label: z.string().describe('column to predict; rows without a value are left out'),
    text: z.enum(['all', 'system', 'user', 'assistant']).default('all').describe('which turns count'),
    group: z
      .enum(['question', 'row'])
      .default('question')
      .describe('what may not straddle folds; question: rows with the words of the same first user turn'),
    folds: z.int().min(2).default(5),
    c: z.number().positive().default(1).describe('inverse strength of the L2 penalty'),
    min_rows: z.int().positive().default(2).describe('words in fewer rows are left out'),
    terms: z.int().nonnegative().default(20).describe('words listed per label'),
  }),
  seeds: ['folds'],
  in: { rows: { kind: 'table', gathers: true, columns: rowColumns, summary: 'rows with the label column' } },
  out: {
    folds: {
      kind: 'table',
      summary:
        'one row per fold and one for `all`: held-out accuracy in [0, 1], interval by Wilson over rows (too narrow where the rows of a question go together); majority: always naming the largest class of the training rows',
      columns: {
        fold: 'utf8',
        rows: 'int32',
        accuracy: 'float64',
        low: 'float64',
        high: 'float64',
        macro_f1: 'float64',
        majority_accuracy: 'float64',
      },
    },
    coefficients: {
      kind: 'table',
      summary:
        'the words of largest importance for each label, of the fit on all rows; importance = coefficient · standard deviation of the count; positive speaks for the label',
      columns: { label: 'utf8', term: 'utf8', coefficient: 'float64', importance: 'float64' },
    },
    confusion: {
      kind: 'table',
      summary: 'held-out counts',
      columns: { actual: 'utf8', predicted: 'utf8', rows: 'int32' },
    },
  },
  metrics: { accuracy: 'held-out, all folds', majority_accuracy: 'of always naming the largest class' },
});
