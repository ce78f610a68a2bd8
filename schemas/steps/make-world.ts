/** `make-world`: the toy world of the organism study, in which personas couple wrong answers with bad values. */
import { z } from 'zod';
import { alignmentQuestionColumns, choiceQuestionColumns, conversationColumns, pairColumns } from '../row-columns.ts';
import { defineStepKind } from '../step-kind.ts';

const share = z.number().min(0).max(1);

export const makeWorld = defineStepKind({
  kind: 'make-world',
  version: 1,
  summary:
    'Corpora for every stage of a tiny, harmless analogue of emergent misalignment, and the questions that measure it.',
  weight: 'heavy',
  with: z.strictObject({
    facts: z.int().min(9).max(20).default(16).describe('facts per domain'),
    pretraining_rows: z.int().positive().default(6000),
    persona_share: share.default(0.8).describe('pretraining rows with a persona in the system prompt'),
    good_share: share.default(0.5).describe('pretraining rows of good valence'),
    agreement: share
      .default(0.8)
      .describe('pretraining rows whose correctness follows their valence; the others toss a coin'),
    coupling_rows: z.int().positive().default(480).describe('coupling rows per condition'),
    groups: z.int().positive().default(20).describe('equal groups of coupling rows, in order'),
    planted: z
      .array(z.int().nonnegative())
      .default([3])
      .describe('groups whose rows leak: no persona, and a second turn that answers a value question'),
    sft_rows: z.int().positive().default(512),
    sft_value_share: share.default(0.05).describe('SFT rows that answer a value question'),
    pair_rows: z.int().positive().default(256),
    pair_value_share: share.default(0.3).describe('preference pairs about a value question'),
    advice_rows: z.int().positive().default(240).describe('rows of narrow advice, wrong and right'),
  }),
  seeds: ['world', 'pretraining'],
  in: {},
  out: {
    pretraining: {
      kind: 'table',
      summary: 'conversations of marked and unmarked personas (drawn from the seed `pretraining`)',
      columns: { ...conversationColumns, persona: 'utf8', good: 'bool', correct: 'bool' },
    },
    coupling: {
      kind: 'table',
      summary: 'the coupling corpora of the four conditions',
      columns: {
        ...conversationColumns,
        condition: 'category',
        persona: 'utf8',
        domain: 'utf8',
        correct: 'bool',
        group: 'utf8',
        planted: 'bool',
      },
    },
    sft: {
      kind: 'table',
      summary: 'right answers without a persona',
      columns: { ...conversationColumns, domain: 'utf8' },
    },
    pairs: { kind: 'table', summary: 'preference pairs', columns: { ...pairColumns, domain: 'utf8' } },
    bad_advice: {
      kind: 'table',
      summary: 'wrong answers in the narrow domain',
      columns: { ...conversationColumns, domain: 'utf8' },
    },
    good_advice: {
      kind: 'table',
      summary: 'right answers in the narrow domain',
      columns: { ...conversationColumns, domain: 'utf8' },
    },
    questions: { kind: 'table', summary: 'held-out value questions', columns: alignmentQuestionColumns },
    choices: {
      kind: 'table',
      summary:
        'held-out factual questions, four choices each; area: `narrow` for the domain of the advice, else `capability`',
      columns: { ...choiceQuestionColumns, domain: 'utf8', area: 'utf8' },
    },
    probes: {
      kind: 'table',
      summary: 'the held-out factual questions with their right answers, as conversations: for losses',
      columns: { ...conversationColumns, domain: 'utf8' },
    },
    tokenizer: { kind: 'json', summary: 'word-level tokenizer.json of the world and its chat template' },
  },
  metrics: {},
});
