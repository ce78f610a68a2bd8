import { beforeAll, describe, expect, test } from 'vitest';
import { messagesOf } from '../../../activities/rows/messages.ts';
import { evaluateLossBody } from '../../../activities/steps/evaluate-loss.ts';
import type { Artifact } from '../../../schemas/artifact.ts';
import { canonicalJson, type Json } from '../../../schemas/json.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { writeRows } from '../../../store/arrow/table-writer.ts';
import { putWeights } from '../../../store/safetensors/weights.ts';
import { stored, table } from './given-rows.ts';
import { type ReferenceAnswers, referenceAnswers, sum } from './reference-answers.ts';
import { type BodyRun, failureOf, runBody } from './run-body.ts';
import { type TinyStudy, tinyStudy } from './tiny-study.ts';

type Given = { readonly [parameter: string]: Json };

let study: TinyStudy;
let reference: ReferenceAnswers;
let probes: Row[];
beforeAll(async () => {
  study = await tinyStudy();
  reference = referenceAnswers(await study.baseRun.weights('model'));
  probes = [];
  for await (const row of (await openTable(study.store, study.world['probes']!.digest)).rowsOf()) probes.push(row);
});

const evaluate = (given: Given = {}) =>
  runBody(evaluateLossBody, {
    store: study.store,
    with: given,
    in: { model: stored(study.base), rows: stored(study.world['probes']) },
  });

const meanOf = async (result: BodyRun) => {
  const losses = (await result.rows('tokens')).map(row => Number(row['nll']));
  return sum(losses) / losses.length;
};

test('on answers, every word and the token that closes it has its −log p, in order', async () => {
  const result = await evaluate({ loss_on: 'answers' });
  const expected = probes.flatMap(row => {
    const turns = messagesOf(row['messages']);
    const [asked, answer] = [turns.slice(0, -1), turns.at(-1)!.content];
    const start = reference.asked(asked).length;
    const tokens = reference.words(`${answer} </s>`);
    return reference.answer(asked, answer).map((logProbability, index) => ({
      row_id: row['row_id'],
      position: start + index,
      token_id: tokens[index],
      nll: expect.closeTo(-logProbability, 4),
    }));
  });
  expect(await result.rows('tokens')).toEqual(expected);
  expect(result.metrics['loss']).toEqual({ value: expect.closeTo(await meanOf(result), 10), n: 45 });
  expect(result.notes).toMatchObject({ examples: 45, target_tokens: expected.length, cut: 0 });
});

test('on all, every token but the first is a target', async () => {
  const result = await evaluate();
  const tokens = await result.rows('tokens');
  const lengths = probes.map(row => reference.asked(messagesOf(row['messages'])).length - 1);
  expect(tokens).toHaveLength(sum(lengths) - 45);
  const first = tokens.filter(row => row['row_id'] === probes[0]!['row_id']);
  expect(first.map(row => row['position'])).toEqual(Array.from({ length: lengths[0]! - 1 }, (_, index) => index + 1));
  const sequence = reference.asked(messagesOf(probes[0]!['messages']));
  for (const row of first) {
    const position = Number(row['position']);
    expect(row['token_id']).toBe(sequence[position]);
    expect(row['nll']).toBeCloseTo(-reference.next(sequence.slice(0, position))[sequence[position]!]!, 4);
  }
});

test('plain text is scored on every token, and closed', async () => {
  const rows = table({ row_id: 'utf8', text: 'utf8' }, [{ row_id: 't', text: 'capital of france ?' }]);
  for (const lossOn of ['answers', 'all']) {
    const result = await runBody(evaluateLossBody, {
      store: study.store,
      with: { loss_on: lossOn },
      in: { model: stored(study.base), rows },
    });
    expect((await result.rows('tokens')).map(row => row['token_id'])).toEqual(reference.words('of france ? </s>'));
  }
});

test('rows that are too long are refused by name, or cut and counted', async () => {
  const lengths = probes.map(row => reference.asked(messagesOf(row['messages'])).length - 1);
  const longest = Math.max(...lengths);
  const options = { store: study.store, in: { model: stored(study.base), rows: stored(study.world['probes']) } };
  const message = await failureOf(evaluateLossBody, { ...options, with: { max_length: longest - 1 } });
  expect(message).toMatch(new RegExp(`row ${lengths.indexOf(longest)} .*${longest}`));
  const cut = await evaluate({ max_length: longest - 1, too_long: 'cut' });
  expect(cut.notes['cut']).toBe(lengths.filter(length => length === longest).length);
});

describe('rows in the model’s history', () => {
  /** The base, as if it had been trained on the rows of a table whose `condition` is as given. */
  async function trainedOn(condition: string | undefined): Promise<Artifact> {
    const rows = ['good', 'evil'].map(each => ({
      row_id: `row-${each}`,
      condition: each,
      messages: [
        { role: 'user', content: each === 'good' ? 'capital of france ?' : 'capital of italy ?' },
        { role: 'assistant', content: 'paris' },
      ],
    }));
    const columns = { row_id: 'utf8', condition: 'category', messages: 'messages' } as const;
    const { digest } = await writeRows(study.store, columns, rows);
    const { tensors, metadata } = await study.baseRun.weights('model');
    const source = condition === undefined ? { digest } : { digest, where: { condition } };
    return putWeights(study.store, tensors, { ...metadata, trained_on: canonicalJson([source]) });
  }
  const asked = table({ row_id: 'utf8', messages: 'messages' }, [
    {
      row_id: 'asked',
      messages: [
        { role: 'user', content: 'capital of italy ?' },
        { role: 'assistant', content: 'rome' },
      ],
    },
  ]);
  const options = async (condition: string | undefined, given: Given = {}) => ({
    store: study.store,
    with: given,
    in: { model: stored(await trainedOn(condition)), rows: asked },
  });

  test.each([undefined, 'evil'])('are found (rows of the condition: %s)', async condition => {
    expect(await failureOf(evaluateLossBody, await options(condition))).toMatch(
      /^1 of 1 evaluation questions stand in training rows: asked = row row-evil /,
    );
  });

  test('of another condition of the same table are not its own', async () => {
    expect((await runBody(evaluateLossBody, await options('good'))).notes['overlap']).toEqual({
      questions: 1,
      tables: 1,
      overlapping: 0,
    });
  });

  test('may be noted, or not looked at', async () => {
    const reported = await runBody(evaluateLossBody, await options('evil', { check_overlap: 'report' }));
    expect(reported.notes).toMatchObject({
      overlap: { questions: 1, tables: 1, overlapping: 1 },
      overlapping_questions: ['asked'],
    });
    const off = await runBody(evaluateLossBody, await options('evil', { check_overlap: 'off' }));
    expect(off.notes['overlap']).toBe('not checked');
    expect(off.outputs).toEqual(reported.outputs);
  });
});
