import { beforeAll, describe, expect, test } from 'vitest';
import { messagesOf } from '../../../activities/rows/messages.ts';
import { cellText } from '../../../activities/rows/cell-text.ts';
import { evaluateLossBody } from '../../../activities/steps/evaluate-loss.ts';
import { trainDpoBody } from '../../../activities/steps/train-dpo.ts';
import type { Artifact } from '../../../schemas/artifact.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { stored, table } from './given-rows.ts';
import { type BodyRun, type BodyRunOptions, failureOf, runBody } from './run-body.ts';
import { type TinyStudy, tinyStudy, tinyTraining } from './tiny-study.ts';

let study: TinyStudy;
let pairs: Row[];
let run: BodyRun;
beforeAll(async () => {
  study = await tinyStudy();
  pairs = [];
  for await (const row of (await openTable(study.store, study.world['pairs']!.digest)).rowsOf()) pairs.push(row);
  run = await train();
});

const options = (more: BodyRunOptions = {}): BodyRunOptions => ({
  store: study.store,
  seeds: { training: 3 },
  in: { model: stored(study.base), pairs: stored(study.world['pairs']) },
  ...more,
  with: { ...tinyTraining, steps: 30, beta: 0.5, ...more.with },
});
const train = (more?: BodyRunOptions) => runBody(trainDpoBody, options(more));

interface Scored {
  readonly logProbability: number;
  readonly tokens: number;
}

/** What an answer's tokens add up to under a model, by way of `evaluate-loss` on the pairs as conversations. */
async function scoresOf(model: Artifact, answer: 'chosen' | 'rejected'): Promise<Scored[]> {
  const rows = pairs.map(row => ({
    row_id: row['row_id']!,
    messages: [...messagesOf(row['prompt']), { role: 'assistant', content: cellText(row[answer]) }],
  }));
  const result = await runBody(evaluateLossBody, {
    store: study.store,
    with: { loss_on: 'answers', check_overlap: 'off' },
    in: { model: stored(model), rows: table({ row_id: 'utf8', messages: 'messages' }, rows) },
  });
  const tokens = await result.rows('tokens');
  return rows.map(({ row_id: id }) => {
    const own = tokens.filter(token => token['row_id'] === id);
    return { logProbability: -own.reduce((sum, token) => sum + Number(token['nll']), 0), tokens: own.length };
  });
}

test('the reference table holds the log-probabilities of both answers under the model it starts from', async () => {
  const [chosen, rejected] = await Promise.all([scoresOf(study.base, 'chosen'), scoresOf(study.base, 'rejected')]);
  const reference = await run.rows('reference');
  expect(reference.map(row => row['row_id'])).toEqual(pairs.map(row => row['row_id']));
  for (const [index, row] of reference.entries()) {
    expect(row['chosen_log_prob']).toBeCloseTo(chosen[index]!.logProbability, 4);
    expect(row['rejected_log_prob']).toBeCloseTo(rejected[index]!.logProbability, 4);
    expect([row['chosen_tokens'], row['rejected_tokens']]).toEqual([chosen[index]!.tokens, rejected[index]!.tokens]);
  }
  // Pairs about facts differ in one word, so their tokens count the same; what counts is the closing one among them.
  expect(new Set(reference.map(row => row['chosen_tokens']))).toEqual(new Set([2, 3]));
});

test('the loss begins at ln 2, where the model is its own reference, and falls', async () => {
  const losses = (await run.rows('log')).map(row => Number(row['loss']));
  expect(losses[0]).toBeCloseTo(Math.LN2, 5);
  expect(losses.at(-1)).toBeLessThan(0.45);
  const last = losses.slice(-3);
  expect(run.metrics['loss']).toEqual({
    value: expect.closeTo(last.reduce((sum, loss) => sum + loss, 0) / 3, 12),
    n: 3,
  });
});

test('the accuracy is the share of pairs whose chosen answer gained more than the rejected one', async () => {
  const reference = await run.rows('reference');
  const short = await train({ with: { steps: 2, learning_rate: 0.002, schedule: 'constant', warmup_ratio: 0 } });
  for (const { outputs, metrics } of [run, short]) {
    const model = outputs['model']!;
    const [chosen, rejected] = await Promise.all([scoresOf(model, 'chosen'), scoresOf(model, 'rejected')]);
    const gained = reference.filter(
      (row, index) =>
        chosen[index]!.logProbability - Number(row['chosen_log_prob']) >
        rejected[index]!.logProbability - Number(row['rejected_log_prob']),
    );
    expect(metrics['accuracy']).toEqual({ value: gained.length / 24, n: 24 });
  }
  expect(run.metrics['accuracy']?.value).toBeGreaterThan(0.9);
});

test('the record counts both answers of every pair', async () => {
  const reference = await run.rows('reference');
  const targets = reference.reduce(
    (sum, row) => sum + Number(row['chosen_tokens']) + Number(row['rejected_tokens']),
    0,
  );
  expect(run.notes).toMatchObject({ examples: 48, target_tokens: targets, cut: 0, steps: 30 });
});

test('what beta and length normalisation are shows in the losses', async () => {
  const lossOf = async (given: object) => (await train({ with: { steps: 6, ...given } })).metrics['loss']?.value;
  const [plain, weak, normalised] = await Promise.all([
    lossOf({}),
    lossOf({ beta: 0.01 }),
    lossOf({ length_normalised: true }),
  ]);
  expect(weak).toBeGreaterThan(plain! + 0.01);
  expect(Math.abs(weak! - Math.LN2)).toBeLessThan(0.02);
  expect(normalised).toBeGreaterThan(plain!);
});

test('the same seed gives the same bytes', async () => {
  expect((await train()).outputs).toEqual(run.outputs);
});

describe('pairs that cannot be trained on are told:', () => {
  const columns = { row_id: 'utf8', prompt: 'messages', chosen: 'utf8', rejected: 'utf8' } as const;
  const given = (rows: readonly Row[]) => ({ model: stored(study.base), pairs: table(columns, rows) });

  test('none', async () => {
    expect(await failureOf(trainDpoBody, options({ in: given([]) }))).toBe('there are no pairs to train on');
  });

  test('a pair that is too long, unless it may be cut', async () => {
    const message = await failureOf(trainDpoBody, options({ with: { max_length: 5 } }));
    expect(message).toMatch(/^row pair-0 has \d+ tokens where max_length allows 5: raise it, or say `too_long: cut`$/);
  });
});
