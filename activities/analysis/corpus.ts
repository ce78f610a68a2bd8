/** Labelled texts: the rows of corpora that are told apart by the value of a column, as words turn by turn. */
import type { Message, Row } from '../../schemas/table-schema.ts';
import { compareText } from '../../stats/grouped-values.ts';
import { CellFailure } from '../cell-failure.ts';
import { cellText } from '../rows/cell-text.ts';
import { counted } from './counted.ts';
import { type PortTable, nameColumn } from './named-column.ts';

/** Which turns count: of a role, or all. */
export type TurnChoice = 'all' | 'system' | 'user' | 'assistant';

export interface LabelledText {
  readonly rowId: string;
  readonly label: string;
  /** Words of each chosen turn. */
  readonly passages: readonly (readonly string[])[];
  /** The first user turn, by its words; undefined where there is none. */
  readonly question: string | undefined;
}

export interface Corpora {
  /** In the order of label and row id, whatever the order of the rows: random draws go by it. */
  readonly texts: readonly LabelledText[];
  /** Rows without a label. They take no part. */
  readonly withoutLabel: number;
}

/**
 * The words of a text: after Unicode's compatibility composition (NFKC) and in lower case, what stands between white
 * space. Punctuation that touches a word is part of it.
 */
export function wordsOf(text: string): string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .split(/\s+/)
    .filter(word => word !== '');
}

/**
 * The rows of conversations (`messages`) or plain `text` with their labels. A `CellFailure` where there are fewer than
 * two labels, where a row id stands twice under one label, or where turns of a role are asked of plain text.
 */
export async function readCorpora(
  source: PortTable,
  wanted: { readonly label: string; readonly turns: TurnChoice },
): Promise<Corpora> {
  nameColumn(source, { parameter: 'label', column: wanted.label });
  const columns = textColumns(source, wanted.turns);
  const texts: LabelledText[] = [];
  let withoutLabel = 0;
  for await (const row of source.table.rowsOf({ columns: [...new Set(['row_id', wanted.label, ...columns])] })) {
    const label = cellText(row[wanted.label]);
    if (label === '') withoutLabel += 1;
    else texts.push({ rowId: cellText(row['row_id']), label, ...readWords(row, wanted.turns) });
  }
  texts.sort((a, b) => compareText(a.label, b.label) || compareText(a.rowId, b.rowId));
  refuseRepeats(texts);
  refuseOneLabel(texts, wanted.label);
  return { texts, withoutLabel };
}

function textColumns({ port, table }: PortTable, turns: TurnChoice): string[] {
  const found = ['messages', 'text'].filter(name => table.columns[name] !== undefined);
  if (found.length === 0) {
    throw new CellFailure(
      'user',
      `the table at the port \`${port}\` has neither \`messages\` nor \`text\`; it has ${Object.keys(table.columns).join(', ')}`,
    );
  }
  if (turns !== 'all' && !found.includes('messages')) {
    throw new CellFailure(
      'user',
      `\`text: ${turns}\` asks for turns, and plain \`text\` has none: write \`text: all\``,
    );
  }
  return found;
}

function readWords(row: Row, turns: TurnChoice): Pick<LabelledText, 'passages' | 'question'> {
  const { messages, text } = row;
  const spoken: readonly Message[] = Array.isArray(messages) ? messages.filter(isMessage) : [];
  const chosen = spoken.filter(({ role }) => turns === 'all' || role === turns).map(({ content }) => wordsOf(content));
  const plain = spoken.length === 0 && turns === 'all' && typeof text === 'string' ? [wordsOf(text)] : [];
  const question = spoken.find(({ role }) => role === 'user')?.content;
  return {
    passages: [...chosen, ...plain],
    question: question === undefined ? undefined : wordsOf(question).join(' '),
  };
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'role' in value && 'content' in value;
}

function refuseRepeats(sorted: readonly LabelledText[]): void {
  const repeat = sorted.find(
    ({ label, rowId }, index) => sorted[index - 1]?.label === label && sorted[index - 1]?.rowId === rowId,
  );
  if (repeat === undefined) return;
  throw new CellFailure(
    'user',
    `the row id \`${repeat.rowId}\` stands twice under the label \`${repeat.label}\`: rows must be distinct to count. ` +
      'Where the same rows come along an axis, fix that axis with `at:` or make it the label',
  );
}

function refuseOneLabel(texts: readonly LabelledText[], label: string): void {
  const labels = new Set(texts.map(each => each.label));
  if (labels.size > 1) return;
  throw new CellFailure(
    'user',
    `\`label: ${label}\` tells no corpora apart: ${counted(texts.length, 'row')}, ${labels.size === 0 ? 'none with a label' : `all of them ${[...labels].join()}`}`,
  );
}
