/** Evaluation questions that stand in training rows: the contamination that invalidates a score. */
import type { Columns, Row } from '../../schemas/table-schema.ts';
import { CellFailure } from '../cell-failure.ts';
import type { InputTable } from '../step-body.ts';
import { cellText } from './cell-text.ts';
import { messagesOf } from './messages.ts';

export interface Question {
  readonly id: string;
  readonly text: string;
}

export interface Overlap {
  readonly questionId: string;
  readonly rowId: string;
  /** The question as it stands in the evaluation. */
  readonly text: string;
}

/** What training rows say, by normalised text, with a row that says it; and running text to look into. */
export interface TrainingTexts {
  readonly turns: ReadonlyMap<string, string>;
  readonly documents: readonly { readonly rowId: string; readonly text: string }[];
}

/**
 * Lower case, white space joined: rows that differ in no more than that are the same question. A question overlaps
 * where it is a whole user turn (or prompt), or stands anywhere in a plain text.
 */
export function normalise(text: string): string {
  return text.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean).join(' ');
}

export async function readTrainingTexts(table: InputTable): Promise<TrainingTexts> {
  const columns = ['row_id', 'messages', 'prompt', 'text'].filter(name => table.columns[name] !== undefined);
  if (columns.length < 2) {
    throw new CellFailure(
      'user',
      `training rows have \`row_id\` and \`messages\`, \`prompt\` or \`text\`; these have ${listOf(table.columns)}`,
    );
  }
  const turns = new Map<string, string>();
  const documents: { rowId: string; text: string }[] = [];
  for await (const row of table.rowsOf({ columns })) {
    const rowId = cellText(row['row_id']);
    for (const text of userTurns(row)) if (!turns.has(text)) turns.set(text, rowId);
    const { text } = row;
    if (typeof text === 'string') documents.push({ rowId, text: normalise(text) });
  }
  return { turns, documents };
}

/** Questions of an evaluation table: `question_id` and `question`, or `row_id` and the user turns of `messages`, or `text`. */
export async function readQuestions(table: InputTable): Promise<Question[]> {
  const questions: Question[] = [];
  for await (const row of table.rowsOf()) {
    const id = cellText(row['question_id'] ?? row['row_id'] ?? questions.length);
    if (typeof row['question'] === 'string') questions.push({ id, text: row['question'] });
    else if (typeof row['text'] === 'string') questions.push({ id, text: row['text'] });
    else for (const text of userTurns(row)) questions.push({ id, text });
  }
  if (
    questions.length === 0 &&
    !['question', 'messages', 'text', 'prompt'].some(name => table.columns[name] !== undefined)
  ) {
    throw new CellFailure(
      'user',
      `questions have \`question\`, \`messages\` or \`text\`; these have ${listOf(table.columns)}`,
    );
  }
  return questions;
}

/** Every question that stands in the training texts, once each. */
export function findOverlaps(questions: readonly Question[], training: readonly TrainingTexts[]): Overlap[] {
  return questions.flatMap(({ id, text }): Overlap[] => {
    const wanted = normalise(text);
    if (wanted === '') return [];
    for (const { turns, documents } of training) {
      const rowId = turns.get(wanted) ?? documents.find(document => document.text.includes(wanted))?.rowId;
      if (rowId !== undefined) return [{ questionId: id, rowId, text }];
    }
    return [];
  });
}

/** Rows listed in a failure's message; the rest is counted. */
const listed = 5;

export function overlapFailure(overlaps: readonly Overlap[], questions: number): CellFailure {
  const rows = overlaps
    .slice(0, listed)
    .map(({ questionId, rowId, text }) => `${questionId} = row ${rowId} (“${text}”)`);
  const more = overlaps.length > listed ? `, and ${overlaps.length - listed} more` : '';
  return new CellFailure(
    'user',
    `${overlaps.length} of ${questions} evaluation questions stand in training rows: ${rows.join('; ')}${more}. Remove them from the training rows (select-rows), or evaluate on others`,
  );
}

function userTurns(row: Row): string[] {
  return [...messagesOf(row['messages']), ...messagesOf(row['prompt'])]
    .filter(({ role }) => role === 'user')
    .map(({ content }) => normalise(content));
}

function listOf(columns: Columns): string {
  return Object.keys(columns).join(', ') || 'no columns';
}
