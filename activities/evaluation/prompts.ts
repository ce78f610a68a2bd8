/** What a model is asked: a question as a conversation, with a system turn before it where one is given. */
import { encodePrompt } from '../../models/text/encode.ts';
import type { ModelText } from '../../models/text/model-text.ts';
import type { Message } from '../../schemas/table-schema.ts';
import { CellFailure } from '../cell-failure.ts';
import { cellText } from '../rows/cell-text.ts';
import { messagesOf } from '../rows/messages.ts';
import type { InputTable } from '../step-body.ts';

export interface Prompt {
  readonly id: string;
  readonly messages: readonly Message[];
}

export function questionPrompt(question: string, systemPrompt: string | undefined): readonly Message[] {
  const system = systemPrompt === undefined ? [] : [{ role: 'system', content: systemPrompt }];
  return [...system, { role: 'user', content: question }];
}

/** Prompts of a table: questions, or conversations, of which an answer at the end is not part of the prompt. */
export async function readPrompts(table: InputTable, systemPrompt: string | undefined): Promise<Prompt[]> {
  const prompts: Prompt[] = [];
  for await (const row of table.rowsOf()) {
    const id = cellText(row['question_id'] ?? row['row_id'] ?? prompts.length);
    const turns = messagesOf(row['messages']);
    if (typeof row['question'] === 'string')
      prompts.push({ id, messages: questionPrompt(row['question'], systemPrompt) });
    else if (turns.length > 0) prompts.push({ id, messages: withSystem(withoutAnswer(turns), systemPrompt) });
    else
      throw new CellFailure(
        'user',
        `prompts have \`question\` or \`messages\`; these have ${Object.keys(table.columns).join(', ')}`,
      );
  }
  if (prompts.length === 0) throw new CellFailure('user', 'there are no prompts');
  return prompts;
}

export function encodePrompts({ tokenizer, template }: ModelText, prompts: readonly Prompt[]): Int32Array[] {
  if (template === null) throw new CellFailure('user', 'the model has no chat template, and cannot be asked questions');
  return prompts.map(({ messages }) => encodePrompt(tokenizer, template, messages));
}

function withoutAnswer(turns: readonly Message[]): readonly Message[] {
  return turns.at(-1)?.role === 'assistant' ? turns.slice(0, -1) : turns;
}

/** A system prompt takes the place of the conversation's own. */
export function withSystem(turns: readonly Message[], systemPrompt: string | undefined): readonly Message[] {
  if (systemPrompt === undefined) return turns;
  return [{ role: 'system', content: systemPrompt }, ...turns.filter(({ role }) => role !== 'system')];
}
