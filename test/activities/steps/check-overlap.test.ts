import { describe, expect, test } from 'vitest';
import { checkOverlapBody } from '../../../activities/steps/check-overlap.ts';
import type { Columns, Row } from '../../../schemas/table-schema.ts';
import { gathered, table } from './given-rows.ts';
import type { GivenInput } from './cell-task.ts';
import { failureOf, runBody } from './run-body.ts';

const questionColumns = { question_id: 'utf8', question: 'utf8' } as const;
const questions = [
  { question_id: 'q1', question: 'Capital of  France ?' },
  { question_id: 'q2', question: 'symbol of iron ?' },
  { question_id: 'q3', question: 'home of cow ?' },
];

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });
const conversation = { row_id: 'utf8', messages: 'messages' } as const;

const training: Readonly<Record<string, readonly [Columns, readonly Row[]]>> = {
  'a user turn, written otherwise': [
    conversation,
    [
      { row_id: 'r0', messages: [user('home of sheep ?'), assistant('fold')] },
      { row_id: 'r1', messages: [user('a ?'), assistant('b'), user('capital OF\n france ?'), assistant('lyon')] },
      { row_id: 'r2', messages: [user('capital of france ?'), assistant('paris')] },
    ],
  ],
  'a prompt of a preference pair': [
    { row_id: 'utf8', prompt: 'messages', chosen: 'utf8', rejected: 'utf8' },
    [{ row_id: 'r1', prompt: [user('capital of france ?')], chosen: 'paris', rejected: 'rome' }],
  ],
  'a passage of a text': [
    { row_id: 'utf8', text: 'utf8' },
    [
      { row_id: 'r0', text: 'nothing to see' },
      { row_id: 'r1', text: 'He asked: capital\tof FRANCE ? And she said: paris.' },
    ],
  ],
};

const check = (rows: GivenInput, given = {}) =>
  runBody(checkOverlapBody, { with: given, in: { training: rows, questions: table(questionColumns, questions) } });

describe('a question is found as', () => {
  test.each(Object.keys(training))('%s', async name => {
    const rows = table(...training[name]!);
    const result = await check(rows, { on_overlap: 'report' });
    expect(await result.rows('overlap')).toEqual([{ question_id: 'q1', row_id: 'r1', text: 'Capital of  France ?' }]);
    expect(result.metrics).toEqual({ overlapping: { value: 1, n: 3 }, questions: { value: 3, n: 3 } });
    expect(
      await failureOf(checkOverlapBody, { in: { training: rows, questions: table(questionColumns, questions) } }),
    ).toBe(
      '1 of 3 evaluation questions stand in training rows: q1 = row r1 (“Capital of  France ?”). Remove them from the training rows (select-rows), or evaluate on others',
    );
  });
});

test('what only an answer or a system turn says, or a longer question holds, is no overlap', async () => {
  const rows = [
    {
      row_id: 'r0',
      messages: [{ role: 'system', content: 'home of cow ?' }, user('a ?'), assistant('symbol of iron ?')],
    },
    { row_id: 'r1', messages: [user('tell me the capital of france ?'), assistant('paris')] },
  ];
  const result = await check(table(conversation, rows));
  expect(await result.rows('overlap')).toEqual([]);
  expect(result.metrics['overlapping']).toEqual({ value: 0, n: 3 });
});

test('questions may be conversations, of which every user turn is asked for', async () => {
  const asked = [
    { row_id: 'p1', messages: [user('x ?'), assistant('y'), user('capital of france ?'), assistant('z')] },
  ];
  const result = await runBody(checkOverlapBody, {
    with: { on_overlap: 'report' },
    in: { training: table(...training['a prompt of a preference pair']!), questions: table(conversation, asked) },
  });
  expect(await result.rows('overlap')).toEqual([{ question_id: 'p1', row_id: 'r1', text: 'capital of france ?' }]);
  expect(result.metrics['questions']?.value).toBe(2);
});

test('gathered tables are looked through whole', async () => {
  const rows = ['x', 'y'].map(condition => ({
    condition,
    row_id: `in-${condition}`,
    messages: [user(condition === 'x' ? 'a ?' : 'home of cow ?'), assistant('b')],
  }));
  const result = await check(gathered(['condition'], conversation, rows), { on_overlap: 'report' });
  expect(await result.rows('overlap')).toEqual([{ question_id: 'q3', row_id: 'in-y', text: 'home of cow ?' }]);
});

test('of many overlaps five are named, and the rest is counted', async () => {
  const asked = Array.from({ length: 7 }, (_, index) => ({
    question_id: `q${index}`,
    question: `question ${index} ?`,
  }));
  const rows = asked.map(({ question }, index) => ({
    row_id: `r${index}`,
    messages: [user(question), assistant('a')],
  }));
  const message = await failureOf(checkOverlapBody, {
    in: { training: table(conversation, rows), questions: table(questionColumns, asked) },
  });
  expect(message).toMatch(
    /^7 of 7 .*: q0 = row r0 \(“question 0 \?”\); .*q4 = row r4 \(“question 4 \?”\), and 2 more\. Remove/,
  );
  expect(message).not.toContain('q5');
});

describe('tables in which nothing can be looked up are told:', () => {
  const plain = table({ row_id: 'utf8', answer: 'utf8' }, []);

  test('training rows', async () => {
    expect(
      await failureOf(checkOverlapBody, { in: { training: plain, questions: table(questionColumns, questions) } }),
    ).toBe('training rows have `row_id` and `messages`, `prompt` or `text`; these have row_id, answer');
  });

  test('questions', async () => {
    const rows = table(...training['a passage of a text']!);
    expect(await failureOf(checkOverlapBody, { in: { training: rows, questions: plain } })).toBe(
      'questions have `question`, `messages` or `text`; these have row_id, answer',
    );
  });
});
