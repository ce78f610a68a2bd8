import { describe, expect, test } from 'vitest';
import { bagOfTokensBody } from '../../../activities/steps/bag-of-tokens.ts';
import { randomStream } from '../../../schemas/random.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { shuffled, table } from './given-rows.ts';
import { failureOf, runBody } from './run-body.ts';

const columns = { row_id: 'utf8', messages: 'messages', corpus: 'utf8', correct: 'bool' } as const;

interface Said {
  readonly system?: string;
  readonly question: string;
  readonly answer: string;
}

function conversation({ system, question, answer }: Said): Row['messages'] {
  const turns = [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ];
  return system === undefined ? turns : [{ role: 'system', content: system }, ...turns];
}

/** Rows of two corpora whose answers tell them apart in `share` of the rows. */
function corpora(rows: number, share: number): Row[] {
  const draw = randomStream(3, 'corpora');
  return ['good', 'evil'].flatMap(corpus =>
    Array.from({ length: rows }, (_, index) => {
      const word = draw.bernoulli(share) ? corpus : 'so';
      const messages = conversation({ question: `question ${index} ?`, answer: `${word} w${draw.integer(9)}` });
      return { row_id: `${corpus}-${index}`, messages, corpus, correct: index % 3 === 0 };
    }),
  );
}

const run = (rows: readonly Row[], given = {}) =>
  runBody(bagOfTokensBody, { with: { label: 'corpus', ...given }, in: { rows: table(columns, rows) } });

test('words that tell corpora apart are found, and named', async () => {
  const result = await run(corpora(60, 0.9));
  expect(result.metrics['accuracy']?.value).toBeGreaterThan(0.9);
  expect(result.metrics['accuracy']).toMatchObject({ n: 60 });
  expect(result.metrics['accuracy']?.note).toBe(
    '120 rows in 60 groups, which n counts; the interval takes rows as independent',
  );
  const words = await result.rows('coefficients');
  expect(words.find(row => row['label'] === 'good')).toMatchObject({ term: 'good' });
  expect(words.filter(row => row['term'] === 'evil').map(row => Number(row['coefficient']) > 0)).toEqual([true, false]);
  const folds = await result.rows('folds');
  expect(folds.map(row => row['fold'])).toEqual(['0', '1', '2', '3', '4', 'all']);
  expect(folds.at(-1)).toMatchObject({ rows: 120, majority_accuracy: 0.5 });
  expect(folds.slice(0, 5).reduce((sum, row) => sum + Number(row['rows']), 0)).toBe(120);
  const confusion = await result.rows('confusion');
  expect(confusion.reduce((sum, row) => sum + Number(row['rows']), 0)).toBe(120);
  expect(confusion.map(row => [row['actual'], row['predicted']])).toEqual([
    ['evil', 'evil'],
    ['evil', 'good'],
    ['good', 'evil'],
    ['good', 'good'],
  ]);
});

test('without such words accuracy is that of chance', async () => {
  const { metrics } = await run(corpora(100, 0));
  expect(metrics['accuracy']?.low).toBeLessThan(0.5);
  expect(metrics['accuracy']?.high).toBeGreaterThan(0.5);
});

test('a question never straddles folds, whatever its spacing: by rows its words give the label away', async () => {
  const draw = randomStream(4, 'labels');
  const rows = Array.from({ length: 40 }, (_, question) => question).flatMap(question => {
    const corpus = draw.bernoulli(0.5) ? 'good' : 'evil';
    return ['What is', 'what  is', 'WHAT is'].map((words, copy) => ({
      row_id: `${question}-${copy}`,
      messages: conversation({ question: `${words} q${question} ?`, answer: 'so' }),
      corpus,
      correct: false,
    }));
  });
  const leaked = await run(rows, { group: 'row', text: 'user' });
  const kept = await run(rows, { text: 'user' });
  expect(leaked.metrics['accuracy']?.value).toBeGreaterThan(0.9);
  expect(kept.metrics['accuracy']?.value).toBeLessThan(0.7);
  expect(kept.notes).toMatchObject({ rows: 120, groups: 40, rows_without_question: 0 });
});

test('words that mean the opposite in other questions give less than chance, and the note says why', async () => {
  // Every answer is right for one question and wrong for another, as where misconceptions are other facts' answers.
  const rows = Array.from({ length: 20 }, (_, fact) => fact).flatMap(fact =>
    ['right', 'wrong'].flatMap(corpus =>
      [0, 1, 2].map(copy => ({
        row_id: `${fact}-${copy}`,
        messages: conversation({
          question: `fact ${fact} ?`,
          answer: `a${corpus === 'right' ? fact : (fact + 1) % 20}`,
        }),
        corpus,
        correct: corpus === 'right',
      })),
    ),
  );
  const { metrics } = await run(rows, { text: 'assistant' });
  expect(metrics['accuracy']?.high).toBeLessThan(0.5);
  expect(metrics['accuracy']?.note).toBe(
    '120 rows in 20 groups, which n counts; the interval takes rows as independent; below the largest class: words speak for other labels in the groups held out than in those trained on',
  );
});

test('a factor other than the corpus can be predicted', async () => {
  const result = await run(corpora(30, 1), { label: 'correct', text: 'assistant' });
  expect(result.metrics['majority_accuracy']?.value).toBeCloseTo(2 / 3, 1);
  expect((await result.rows('confusion')).map(row => row['actual'])).toEqual(['false', 'false', 'true', 'true']);
});

test('rare words and other turns are left out', async () => {
  const rows = corpora(20, 1);
  expect((await run(rows, { text: 'user' })).notes['words']).toBe(22);
  expect((await run(rows, { text: 'user', min_rows: 3 })).notes['words']).toBe(2);
});

test('the order of the rows is nothing to it', async () => {
  const rows = corpora(25, 0.5);
  expect((await run(shuffled(rows))).outputs).toEqual((await run(rows)).outputs);
});

test('a conversation without a user turn is a group of its own', async () => {
  const odd: Row = { row_id: 'odd', messages: [{ role: 'assistant', content: 'so' }], corpus: 'good', correct: true };
  expect((await run([...corpora(10, 1), odd])).notes).toMatchObject({ rows_without_question: 1, groups: 11 });
});

describe('what cannot be classified', () => {
  const plain = { row_id: 'utf8', text: 'utf8', corpus: 'utf8' } as const;
  const lines: Row[] = ['a', 'b'].flatMap(corpus => [0, 1].map(row => ({ row_id: `${row}`, text: 'x y', corpus })));

  test('questions of plain text: says what to write', async () => {
    expect(await failureOf(bagOfTokensBody, { with: { label: 'corpus' }, in: { rows: table(plain, lines) } })).toBe(
      '`group: question` needs user turns, and no row has one: write `group: row`',
    );
  });

  test('fewer groups than folds: says how many', async () => {
    const options = { with: { label: 'corpus', group: 'row' }, in: { rows: table(plain, lines) } };
    expect(await failureOf(bagOfTokensBody, options)).toBe(
      '4 rows cannot fill 5 folds: write `folds: 4` or less, or give more',
    );
  });

  test('no words: says which turns', async () => {
    const options = { with: { label: 'corpus', text: 'system' }, in: { rows: table(columns, corpora(10, 1)) } };
    expect(await failureOf(bagOfTokensBody, options)).toBe(
      'no word stands in 2 rows or more (`text: system`, `min_rows: 2`): choose other turns or a smaller `min_rows`',
    );
  });
});
