import { beforeAll, expect, test } from 'vitest';
import { tokenEntropyBody } from '../../../activities/steps/token-entropy.ts';
import type { Message, Row } from '../../../schemas/table-schema.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { stored, table } from './given-rows.ts';
import { type ReferenceAnswers, referenceAnswers, sum } from './reference-answers.ts';
import { failureOf, runBody } from './run-body.ts';
import { type TinyStudy, tinyStudy } from './tiny-study.ts';

let study: TinyStudy;
let reference: ReferenceAnswers;
let questions: Row[];
beforeAll(async () => {
  study = await tinyStudy();
  reference = referenceAnswers(await study.baseRun.weights('model'));
  questions = [];
  for await (const row of (await openTable(study.store, study.world['questions']!.digest)).rowsOf())
    questions.push(row);
});

/** −Σ p ln p of what may come next, and its largest p, in double precision. */
function expected(turns: readonly Message[]) {
  const logProbabilities = reference.next(reference.asked(turns));
  return {
    entropy: -sum(logProbabilities.map(value => Math.exp(value) * value)),
    top: Math.exp(Math.max(...logProbabilities)),
  };
}

test.each([undefined, 'you are a sly trickster'])(
  'every prompt has the entropy of what may follow it (system prompt: %s)',
  async system => {
    const result = await runBody(tokenEntropyBody, {
      store: study.store,
      with: system === undefined ? {} : { system_prompt: system },
      in: { model: stored(study.base), prompts: stored(study.world['questions']) },
    });
    const rows = await result.rows('entropies');
    expect(rows.map(row => row['prompt_id'])).toEqual(questions.map(row => row['question_id']));
    const entropies = questions.map(row => {
      const question = { role: 'user', content: row['question'] as string };
      return expected(system === undefined ? [question] : [{ role: 'system', content: system }, question]);
    });
    for (const [index, row] of rows.entries()) {
      expect(row['entropy']).toBeCloseTo(entropies[index]!.entropy, 4);
      expect(row['top_probability']).toBeCloseTo(entropies[index]!.top, 5);
    }
    const mean = sum(rows.map(row => Number(row['entropy']))) / 48;
    expect(result.metrics).toEqual({ entropy: { value: expect.closeTo(mean, 10), n: 48 } });
    expect(mean).toBeLessThan(Math.log(Number(study.baseRun.notes['vocabulary'])) - 0.3);
  },
);

test('of a conversation the answer at its end is not looked at', async () => {
  const question = { role: 'user', content: questions[0]!['question'] as string };
  const rows = ['help them', 'cold soup'].map(content => ({
    row_id: content,
    messages: [question, { role: 'assistant', content }],
  }));
  const result = await runBody(tokenEntropyBody, {
    store: study.store,
    in: { model: stored(study.base), prompts: table({ row_id: 'utf8', messages: 'messages' }, rows) },
  });
  const [first, second] = await result.rows('entropies');
  expect([first!['prompt_id'], second!['prompt_id']]).toEqual(['help them', 'cold soup']);
  expect(first!['entropy']).toBeCloseTo(expected([question]).entropy, 4);
  expect(second!['entropy']).toBeCloseTo(expected([question]).entropy, 4);
});

test('no prompts are told', async () => {
  const prompts = table({ question_id: 'utf8', question: 'utf8' }, []);
  expect(await failureOf(tokenEntropyBody, { store: study.store, in: { model: stored(study.base), prompts } })).toBe(
    'there are no prompts',
  );
});
