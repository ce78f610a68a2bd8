/** Rows of a table as examples for a model: conversations or text, with a count of what the loss will see. */
import { encodeConversation, encodeText } from '../../models/text/encode.ts';
import { encodeRows } from '../../models/text/encode-rows.ts';
import { type Example, targetPositions } from '../../models/text/example.ts';
import type { ModelText } from '../../models/text/model-text.ts';
import type { Json } from '../../schemas/json.ts';
import type { Message, Row } from '../../schemas/table-schema.ts';
import { CellFailure } from '../cell-failure.ts';
import { cellText } from '../rows/cell-text.ts';
import { messagesOf } from '../rows/messages.ts';
import type { InputTable } from '../step-body.ts';

export interface ExampleOptions {
  /** `answers`: the assistant's tokens and what closes them; of plain text every token. */
  readonly lossOn: 'answers' | 'all';
  readonly maxLength: number;
  readonly tooLong: 'refuse' | 'cut';
}

export interface TrainingExamples {
  readonly examples: readonly Example[];
  readonly rowIds: readonly string[];
  /** For the record: what the loss sees, so that a change of mask or form never goes unnoticed. */
  readonly notes: { readonly [name: string]: Json };
}

/** Throws a `CellFailure` that names the row which cannot be encoded, is too long, or has nothing to predict. */
export async function readExamples(
  table: InputTable,
  text: ModelText,
  options: ExampleOptions,
): Promise<TrainingExamples> {
  const form = table.columns['messages'] === 'messages' ? 'messages' : 'text';
  if (form === 'text' && table.columns['text'] !== 'utf8') {
    throw new CellFailure(
      'user',
      `rows have \`messages\` or \`text\`; these have ${Object.keys(table.columns).join(', ')}`,
    );
  }
  const rows: Row[] = [];
  for await (const row of table.rowsOf({ columns: ['row_id', form] })) rows.push(row);
  if (rows.length === 0) throw new CellFailure('user', 'there are no rows to train on');
  const encode = (row: Row) => encodeRow(row, text, options);
  const { examples, cut } = encodeRows(rows, encode, {
    maxTokens: options.maxLength,
    tooLong: options.tooLong === 'refuse' ? 'error' : 'cut',
  });
  return { examples, rowIds: rows.map(row => cellText(row['row_id'])), notes: exampleNotes(examples, cut) };
}

function encodeRow(row: Row, { tokenizer, template, closingTokens }: ModelText, { lossOn }: ExampleOptions): Example {
  const messages = messagesOf(row['messages']);
  if (messages.length === 0) return encodeText(tokenizer, cellText(row['text']), closingTokens[0]);
  if (template === null)
    throw new CellFailure('user', 'the rows are conversations, and the model has no chat template');
  const example = encodeConversation(tokenizer, template, messages);
  return lossOn === 'answers'
    ? example
    : { tokens: example.tokens, targets: example.targets.map((target, at) => (at === 0 ? 0 : target || 1)) };
}

/** A conversation with one more answer, as an example in which that answer alone is a target. */
export function encodeAnswer({ tokenizer, template }: ModelText, prompt: readonly Message[], answer: string): Example {
  if (template === null)
    throw new CellFailure('user', 'the prompts are conversations, and the model has no chat template');
  const { tokens, targets } = encodeConversation(tokenizer, template, [
    ...prompt,
    { role: 'assistant', content: answer },
  ]);
  const before = prompt.length === 0 ? 0 : encodeConversation(tokenizer, template, prompt).tokens.length;
  return { tokens, targets: targets.map((target, at) => (at < before ? 0 : target)) };
}

export function exampleNotes(examples: readonly Example[], cut: number): { readonly [name: string]: Json } {
  const tokens = examples.reduce((sum, example) => sum + example.tokens.length, 0);
  const targets = examples.reduce((sum, example) => sum + targetPositions(example).length, 0);
  return {
    examples: examples.length,
    tokens,
    target_tokens: targets,
    target_share: tokens === 0 ? 0 : targets / tokens,
    cut,
  };
}
