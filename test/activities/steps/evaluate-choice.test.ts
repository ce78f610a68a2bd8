import { beforeAll, describe, expect, test } from 'vitest';
import { evaluateChoiceBody } from '../../../activities/steps/evaluate-choice.ts';
import type { Json } from '../../../schemas/json.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { largestDifference } from '../../models/toy-model.ts';
import { stored, table } from './given-rows.ts';
import { type ReferenceAnswers, referenceAnswers, sum } from './reference-answers.ts';
import { type BodyRun, failureOf, runBody } from './run-body.ts';
import { type TinyStudy, tinyStudy } from './tiny-study.ts';

type Given = { readonly [parameter: string]: Json };

const columns = { question_id: 'utf8', question: 'utf8', choices: 'utf8[]', answer: 'int32' } as const;

let study: TinyStudy;
let reference: ReferenceAnswers;
let questions: Row[];
let run: BodyRun;
beforeAll(async () => {
  study = await tinyStudy({ steps: 80 });
  reference = referenceAnswers(await study.baseRun.weights('model'));
  questions = [];
  for await (const row of (await openTable(study.store, study.world['choices']!.digest)).rowsOf()) questions.push(row);
  run = await evaluate();
});

const evaluate = (given: Given = {}) =>
  runBody(evaluateChoiceBody, {
    store: study.store,
    with: given,
    in: { model: stored(study.base), questions: stored(study.world['choices']) },
  });

/** log p of every choice's words, the closing token left out; their mean where normalised. */
function scoresOf(row: Row, normalised: boolean): number[] {
  const turns = [{ role: 'user', content: row['question'] as string }];
  return (row['choices'] as string[]).map(choice => {
    const words = reference.answer(turns, choice).slice(0, -1);
    return sum(words) / (normalised ? words.length : 1);
  });
}

/** Wilson's score interval at 95 %. */
function wilson(right: number, n: number): { low: number; high: number } {
  const z = 1.959963984540054;
  const [share, square] = [right / n, z * z];
  const centre = (share + square / (2 * n)) / (1 + square / n);
  const half = (z / (1 + square / n)) * Math.sqrt((share * (1 - share)) / n + square / (4 * n * n));
  return { low: centre - half, high: centre + half };
}

test('every choice has its log-probability, and the highest one is chosen', async () => {
  const answers = await run.rows('answers');
  expect(answers).toHaveLength(45);
  for (const [index, answer] of answers.entries()) {
    const row = questions[index]!;
    const scores = scoresOf(row, false);
    expect(largestDifference(answer['log_probs'] as Float32Array, scores)).toBeLessThan(1e-4);
    expect(answer).toMatchObject({
      question_id: row['question_id'],
      group: 'all',
      chosen: scores.indexOf(Math.max(...scores)),
      answer: row['answer'],
    });
  }
  expect(new Set(answers.map(answer => answer['chosen'])).size).toBe(4);
});

test('the accuracy is the share of right choices, with its Wilson interval', async () => {
  const answers = await run.rows('answers');
  const right = answers.filter(answer => answer['chosen'] === answer['answer']).length;
  const { low, high } = wilson(right, 45);
  expect(run.metrics['accuracy']).toEqual({
    value: right / 45,
    n: 45,
    low: expect.closeTo(low, 6),
    high: expect.closeTo(high, 6),
  });
  expect(await run.rows('scores')).toEqual([
    { group: 'all', accuracy: right / 45, low: expect.closeTo(low, 6), high: expect.closeTo(high, 6), questions: 45 },
  ]);
});

test('by a column, every value has its own accuracy, in the order of their names', async () => {
  const result = await evaluate({ by: 'domain' });
  const [scores, answers] = [await result.rows('scores'), await result.rows('answers')];
  expect(scores.map(row => row['group'])).toEqual(['chem', 'geo', 'math', 'tool', 'zoo']);
  for (const row of scores) {
    const own = answers.filter(answer => answer['group'] === row['group']);
    const right = own.filter(answer => answer['chosen'] === answer['answer']).length;
    expect(row).toMatchObject({ questions: 9, accuracy: right / 9, low: expect.closeTo(wilson(right, 9).low, 6) });
  }
  expect(result.metrics).toEqual(run.metrics);
});

test('length normalisation takes the mean over words: a long choice may win by it', async () => {
  const question = questions[0]!;
  const [first = ''] = question['choices'] as string[];
  const rows = [{ ...question, choices: [first, `${first} ${first}`, 'help them', 'with kindness'], answer: 0 }].map(
    ({ question_id: id, question: text, choices, answer }: Row) =>
      ({ question_id: id!, question: text!, choices: choices!, answer: answer! }) satisfies Row,
  );
  for (const normalised of [false, true]) {
    const result = await runBody(evaluateChoiceBody, {
      store: study.store,
      with: { length_normalised: normalised },
      in: { model: stored(study.base), questions: table(columns, rows) },
    });
    const [answer] = await result.rows('answers');
    expect(largestDifference(answer!['log_probs'] as Float32Array, scoresOf(rows[0]!, normalised))).toBeLessThan(1e-4);
  }
});

test('a system prompt stands before every question', async () => {
  const system = 'you are a sly trickster';
  const answers = await (await evaluate({ system_prompt: system })).rows('answers');
  const turns = [
    { role: 'system', content: system },
    { role: 'user', content: questions[3]!['question'] as string },
  ];
  const expected = (questions[3]!['choices'] as string[]).map(choice =>
    sum(reference.answer(turns, choice).slice(0, -1)),
  );
  expect(largestDifference(answers[3]!['log_probs'] as Float32Array, expected)).toBeLessThan(1e-4);
});

describe('questions that cannot be asked are told:', () => {
  const row = { question_id: 'q', question: 'capital of france ?', choices: ['paris', 'rome'], answer: 2 };
  const failing = (rows: readonly Row[], given: Given = {}) =>
    failureOf(evaluateChoiceBody, {
      store: study.store,
      with: given,
      in: { model: stored(study.base), questions: table(columns, rows) },
    });

  test('an answer that is no choice', async () => {
    expect(await failing([row])).toBe('question q has 2 choices, and its answer is choice 2 (counted from 0)');
  });

  test('none', async () => {
    expect(await failing([])).toBe('there are no questions');
  });

  test('a column that is not there', async () => {
    expect(await failing([row], { by: 'area' })).toBe(
      'the rows have no column `area`; they have question_id, question, choices, answer',
    );
  });
});
