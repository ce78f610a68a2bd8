/** `surface-divergence`: how far corpora are apart in their words alone. */
import { z } from 'zod';
import { rowColumns } from '../row-columns.ts';
import { defineStepKind } from '../step-kind.ts';

export const surfaceDivergence = defineStepKind({
  kind: 'surface-divergence',
  version: 1,
  summary:
    'Pairwise KL and Jensen–Shannon divergence of word distributions, against the null of shuffled labels. Words: lower case, split at white space.',
  weight: 'heavy',
  with: z.strictObject({
    label: z.string().describe('column that says which corpus a row belongs to; rows without a value are left out'),
    text: z.enum(['all', 'system', 'user', 'assistant']).default('all').describe('which turns count'),
    order: z
      .union([z.literal(1), z.literal(2)])
      .default(1)
      .describe('1: words; 2: adjacent pairs within a turn'),
    alpha: z.number().positive().default(1).describe('add-alpha smoothing over the union vocabulary'),
    shuffle: z
      .enum(['all', 'question'])
      .default('all')
      .describe(
        'whose labels change places under the null: all rows; question: those with the words of the same first user turn, for corpora that ask the same questions',
      ),
    permutations: z.int().nonnegative().default(199).describe('label shuffles of the null'),
    terms: z.int().nonnegative().default(10).describe('largest contributions listed per pair'),
  }),
  seeds: ['permutation'],
  in: {
    rows: { kind: 'table', gathers: true, columns: rowColumns, summary: 'rows of all corpora, with the label column' },
  },
  out: {
    pairs: {
      kind: 'table',
      summary:
        'one row per ordered pair of corpora, nats, over the vocabulary of all; null = mean over shuffles of the labels of their rows, excess = divergence minus its null: divergence of equal corpora is above 0 by chance alone; p_value of js. Empty where a corpus has no words in the chosen turns',
      columns: {
        p: 'utf8',
        q: 'utf8',
        kl: 'float64',
        js: 'float64',
        null_js: 'float64',
        excess: 'float64',
        p_value: 'float64',
        null_kl: 'float64',
        excess_kl: 'float64',
        rows_p: 'int32',
        rows_q: 'int32',
        vocabulary: 'int32',
      },
    },
    corpora: {
      kind: 'table',
      summary: 'one row per corpus: mean KL from it to the others, and the mean of what is above its null, nats',
      columns: { label: 'utf8', mean_kl: 'float64', mean_excess_kl: 'float64', rows: 'int32', tokens: 'int32' },
    },
    terms: {
      kind: 'table',
      summary: 'the terms that contribute most to each KL, nats: positive where the term is commoner in p',
      columns: { p: 'utf8', q: 'utf8', term: 'utf8', contribution: 'float64' },
    },
  },
  metrics: { mean_js: 'mean over unordered pairs, nats', mean_excess_js: 'the same above the null, nats' },
});
