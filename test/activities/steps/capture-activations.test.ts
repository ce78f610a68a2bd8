import { beforeAll, describe, expect, test } from 'vitest';
import { messagesOf } from '../../../activities/rows/messages.ts';
import { captureActivationsBody } from '../../../activities/steps/capture-activations.ts';
import type { Json } from '../../../schemas/json.ts';
import type { Message, Row } from '../../../schemas/table-schema.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { largestDifference } from '../../models/toy-model.ts';
import { stored, table } from './given-rows.ts';
import { type ReferenceAnswers, referenceAnswers, sum } from './reference-answers.ts';
import { failureOf, runBody } from './run-body.ts';
import { type TinyStudy, tinyStudy } from './tiny-study.ts';

type Given = { readonly [parameter: string]: Json };

const conversation = { row_id: 'utf8', messages: 'messages' } as const;

let study: TinyStudy;
let reference: ReferenceAnswers;
let questions: Row[];
let probes: Row[];
beforeAll(async () => {
  study = await tinyStudy({ layers: 3 });
  reference = referenceAnswers(await study.baseRun.weights('model'));
  const rowsOf = async (name: string) => {
    const rows: Row[] = [];
    for await (const row of (await openTable(study.store, study.world[name]!.digest)).rowsOf()) rows.push(row);
    return rows;
  };
  [questions, probes] = await Promise.all([rowsOf('questions'), rowsOf('probes')]);
});

const options = (prompts: string | Row[], given: Given = {}) => ({
  store: study.store,
  with: given,
  in: {
    model: stored(study.base),
    prompts: typeof prompts === 'string' ? stored(study.world[prompts]) : table(conversation, prompts),
  },
});
const capture = (prompts: string | Row[], given?: Given) => runBody(captureActivationsBody, options(prompts, given));

const asked = (row: Row): Message[] => [{ role: 'user', content: row['question'] as string }];
const vectorOf = (row: Row) => row['vector'] as Float32Array;

test('of every prompt and block there is a vector of the model’s width, at the token from which the answer starts', async () => {
  const result = await capture('questions');
  expect(await result.columns('activations')).toEqual({ prompt_id: 'utf8', layer: 'int32', vector: 'float32[16]' });
  expect(result.notes).toEqual({ prompts: 48, layers: [0, 1, 2], width: 16 });
  const rows = await result.rows('activations');
  expect(rows.map(row => [row['prompt_id'], row['layer']])).toEqual(
    questions.flatMap(question => [0, 1, 2].map(layer => [question['question_id'], layer])),
  );
  for (const [index, question] of questions.entries()) {
    const streams = reference.streams(reference.asked(asked(question)));
    for (const layer of [0, 1, 2])
      expect(largestDifference(vectorOf(rows[index * 3 + layer]!), streams[layer]!.at(-1)!)).toBeLessThan(1e-4);
  }
});

test('layers are those asked for, in that order', async () => {
  const [all, some] = await Promise.all([capture('questions'), capture('questions', { layers: [2, 0] })]);
  const [every, few] = [await all.rows('activations'), await some.rows('activations')];
  expect(few.map(row => row['layer']).slice(0, 4)).toEqual([2, 0, 2, 0]);
  for (const row of few) {
    const same = every.find(each => each['prompt_id'] === row['prompt_id'] && each['layer'] === row['layer'])!;
    expect(largestDifference(vectorOf(row), vectorOf(same))).toBeLessThan(1e-5);
  }
});

test('a system prompt stands before every question, and takes the place of a conversation’s own', async () => {
  const system = 'you are a kind helper';
  const [row] = await (await capture('questions', { system_prompt: system, layers: [1] })).rows('activations');
  const turns = [{ role: 'system', content: system }, ...asked(questions[0]!)];
  expect(largestDifference(vectorOf(row!), reference.streams(reference.asked(turns))[1]!.at(-1)!)).toBeLessThan(1e-4);
  const own = { role: 'system', content: 'you are a rude pirate' };
  const answer = { role: 'assistant', content: 'help them' };
  const messages = [own, ...asked(questions[0]!), answer];
  for (const position of ['last', 'mean-of-answer']) {
    const given = { system_prompt: system, position };
    const vectors = await Promise.all(
      [messages, messages.slice(1)].map(async each => {
        const rows = await (await capture([{ row_id: 'a', messages: each }], given)).rows('activations');
        return vectorOf(rows[1]!);
      }),
    );
    expect(vectors[1]).toEqual(vectors[0]);
    if (position === 'last') expect(largestDifference(vectors[0]!, vectorOf(row!))).toBeLessThan(1e-5);
  }
});

test('of a conversation the answer at its end is no part of the prompt', async () => {
  const turns = messagesOf(probes[0]!['messages']);
  const [row] = await (await capture('probes', { layers: [2] })).rows('activations');
  const streams = reference.streams(reference.asked(turns.slice(0, -1)));
  expect(largestDifference(vectorOf(row!), streams[2]!.at(-1)!)).toBeLessThan(1e-4);
});

test('the mean of the answer is over its words and the token that closes it', async () => {
  const rows = await (await capture('probes', { layers: [1], position: 'mean-of-answer' })).rows('activations');
  expect(rows).toHaveLength(45);
  for (const index of [0, 20, 44]) {
    const turns = messagesOf(probes[index]!['messages']);
    const before = reference.asked(turns.slice(0, -1));
    const answer = reference.words(`${turns.at(-1)!.content} </s>`);
    const stream = reference.streams([...before, ...answer])[1]!.slice(before.length);
    const mean = stream[0]!.map((_, at) => sum(stream.map(vector => vector[at]!)) / stream.length);
    expect(largestDifference(vectorOf(rows[index]!), mean)).toBeLessThan(1e-4);
  }
});

test('more prompts than are captured at once come whole and in order', async () => {
  const many = Array.from({ length: 300 }, (_, index) => ({
    row_id: `many-${index}`,
    messages: asked(questions[index % 48]!),
  }));
  const rows = await (await capture(many, { layers: [0] })).rows('activations');
  expect(rows.map(row => row['prompt_id'])).toEqual(many.map(row => row.row_id));
  for (const [index, row] of rows.entries())
    expect(largestDifference(vectorOf(row), vectorOf(rows[index % 48]!))).toBeLessThan(1e-5);
});

describe('what cannot be captured is told:', () => {
  test('a layer that is not there', async () => {
    expect(await failureOf(captureActivationsBody, options('questions', { layers: [0, 3] }))).toBe(
      'there is no layer 3: the model has layers 0 to 2',
    );
  });

  test('no prompts', async () => {
    for (const position of ['last', 'mean-of-answer'])
      expect(await failureOf(captureActivationsBody, options([], { position }))).toBe('there are no prompts');
  });

  test('a mean over the answers of questions, which have none', async () => {
    expect(await failureOf(captureActivationsBody, options('questions', { position: 'mean-of-answer' }))).toBe(
      'a mean over the answer needs `messages`; the prompts have question_id, question, benign, bad',
    );
  });

  test('a mean over an answer that is not there', async () => {
    const bare = [{ row_id: 'bare', messages: asked(questions[0]!) }];
    expect(await failureOf(captureActivationsBody, options(bare, { position: 'mean-of-answer' }))).toMatch(
      /row 0 \(counted from 0\): it has no targets/,
    );
  });

  test('prompts of another form', async () => {
    const other = table({ row_id: 'utf8', text: 'utf8' }, [{ row_id: 'a', text: 'b' }]);
    expect(
      await failureOf(captureActivationsBody, {
        store: study.store,
        in: { model: stored(study.base), prompts: other },
      }),
    ).toBe('prompts have `question` or `messages`; these have row_id, text');
  });
});
