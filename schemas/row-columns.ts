/** Columns that many step kinds agree on. */
import type { Columns } from './table-schema.ts';

/** Training rows: an id, and a conversation (`messages`) or plain `text` beside whatever else describes the row. */
export const rowColumns = { row_id: 'utf8' } as const satisfies Columns;

/** A conversation per row. */
export const conversationColumns = { row_id: 'utf8', messages: 'messages' } as const satisfies Columns;

/** Preference pairs: the turns so far, and the two answers. */
export const pairColumns = {
  row_id: 'utf8',
  prompt: 'messages',
  chosen: 'utf8',
  rejected: 'utf8',
} as const satisfies Columns;

/** Questions whose possible answers are known to be benign or bad. */
export const alignmentQuestionColumns = {
  question_id: 'utf8',
  question: 'utf8',
  benign: 'utf8[]',
  bad: 'utf8[]',
} as const satisfies Columns;

/** Multiple choice: `answer` is the index of the right one. */
export const choiceQuestionColumns = {
  question_id: 'utf8',
  question: 'utf8',
  choices: 'utf8[]',
  answer: 'int32',
} as const satisfies Columns;

/** What a training loop writes down at every optimizer step. Loss in nats per target token (of DPO: per pair). */
export const trainingLogColumns = {
  step: 'int32',
  loss: 'float64',
  gradient_norm: 'float64',
  learning_rate: 'float64',
  target_tokens: 'int32',
} as const satisfies Columns;

/** Activations: one vector per prompt and layer. */
export const activationColumns = { prompt_id: 'utf8', layer: 'int32', vector: 'float32[d]' } as const satisfies Columns;
