/** What makes a row: conversations, prompts with completions, preference pairs, plain text, or any columns. */
import type { Message } from '../../schemas/table-schema.ts';
import { CellFailure } from '../cell-failure.ts';
import { isMessages } from './column-inference.ts';
import type { RawRow } from './raw-row.ts';

export type RowForm = 'messages' | 'prompt-completion' | 'pairs' | 'text' | 'columns';

/** The form that the columns of the first row say. */
export function formOf({ values }: RawRow): RowForm {
  if ('messages' in values) return 'messages';
  if ('chosen' in values && 'rejected' in values) return 'pairs';
  if ('prompt' in values && 'completion' in values) return 'prompt-completion';
  if ('text' in values) return 'text';
  throw new CellFailure(
    'user',
    `it has neither \`messages\`, nor \`prompt\` and \`completion\`, nor \`chosen\` and \`rejected\`, nor \`text\`, but ${Object.keys(values).join(', ') || 'no columns'}: rename its columns, or say \`form: columns\` to take it as it is`,
  );
}

/** The row's values with what the form is made of put into its standard columns; other columns stay. */
export function inForm(row: RawRow, form: RowForm): Record<string, unknown> {
  const { values, place } = row;
  switch (form) {
    case 'messages':
      return { ...values, messages: conversation(values['messages'], place, 'messages') };
    case 'prompt-completion': {
      const { prompt, completion, ...rest } = values;
      const messages = [
        ...turns(prompt, 'user', place, 'prompt'),
        ...turns(completion, 'assistant', place, 'completion'),
      ];
      return { ...rest, messages };
    }
    case 'pairs':
      return pair(values, place);
    case 'text':
      if (typeof values['text'] === 'string' && values['text'] !== '') return { ...values };
      throw new CellFailure('user', `${place}: \`text\` is empty or no text`);
    case 'columns':
      return { ...values };
  }
}

/** A preference pair: without `prompt`, the turns that both answers' conversations share are the prompt. */
function pair(values: Readonly<Record<string, unknown>>, place: string): Record<string, unknown> {
  const chosen = turns(values['chosen'], 'assistant', place, 'chosen');
  const rejected = turns(values['rejected'], 'assistant', place, 'rejected');
  const given =
    values['prompt'] === undefined
      ? sharedTurns(chosen, rejected, place)
      : turns(values['prompt'], 'user', place, 'prompt');
  if (given.length === 0)
    throw new CellFailure(
      'user',
      `${place} has no prompt: give \`prompt\`, or whole conversations in \`chosen\` and \`rejected\``,
    );
  return { ...values, prompt: given, chosen: chosen.at(-1)?.content, rejected: rejected.at(-1)?.content };
}

function sharedTurns(chosen: readonly Message[], rejected: readonly Message[], place: string): readonly Message[] {
  const before = chosen.slice(0, -1);
  if (JSON.stringify(before) === JSON.stringify(rejected.slice(0, -1))) return before;
  throw new CellFailure(
    'user',
    `${place}: \`chosen\` and \`rejected\` differ before their last turns: a pair is two answers to one prompt`,
  );
}

function turns(value: unknown, role: string, place: string, column: string): readonly Message[] {
  if (typeof value === 'string' && value !== '') return [{ role, content: value }];
  return conversation(value, place, column);
}

function conversation(value: unknown, place: string, column: string): readonly Message[] {
  const parsed = typeof value === 'string' ? parseJson(value) : value;
  if (isMessages(parsed)) return parsed.map(({ role, content }) => ({ role, content }));
  throw new CellFailure('user', `${place}: \`${column}\` is no list of { role, content }`);
}

/** A CSV holds conversations as JSON text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
