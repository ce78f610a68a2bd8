import { beforeAll, describe, expect, test } from 'vitest';
import { evaluateLossBody } from '../../../activities/steps/evaluate-loss.ts';
import { trainSftBody } from '../../../activities/steps/train-sft.ts';
import type { Artifact } from '../../../schemas/artifact.ts';
import { putWeights } from '../../../store/safetensors/weights.ts';
import { stored, table } from './given-rows.ts';
import { type BodyRunOptions, failureOf, runBody } from './run-body.ts';
import { type TinyStudy, tinyStudy, tinyTraining } from './tiny-study.ts';

let study: TinyStudy;
beforeAll(async () => {
  study = await tinyStudy();
});

const options = (more: BodyRunOptions = {}): BodyRunOptions => ({
  store: study.store,
  seeds: { training: 3 },
  in: { model: stored(study.base), rows: stored(study.world['sft']) },
  ...more,
  with: { ...tinyTraining, steps: 40, ...more.with },
});
const train = (more?: BodyRunOptions) => runBody(trainSftBody, options(more));

/** Mean loss of a model on the rows it is trained on here. */
async function lossOf(model: Artifact): Promise<number> {
  const { metrics } = await runBody(evaluateLossBody, {
    store: study.store,
    with: { loss_on: 'answers', check_overlap: 'off' },
    in: { model: stored(model), rows: stored(study.world['sft']) },
  });
  return Number(metrics['loss']?.value);
}

test('the first step sees the loss of the model it starts from, and the last has learned', async () => {
  // All forty rows in one batch: the first loss is that of the whole table.
  const result = await train({ with: { batch_size: 40 } });
  const losses = (await result.rows('log')).map(row => Number(row['loss']));
  expect(losses[0]).toBeCloseTo(await lossOf(study.base), 5);
  const after = await lossOf(result.outputs['model']!);
  expect(after).toBeLessThan(losses[0]! - 1);
  expect(Math.abs(after - losses.at(-1)!)).toBeLessThan(0.1);
  expect(result.metrics['loss']?.value).toBeCloseTo(losses.slice(-4).reduce((sum, loss) => sum + loss, 0) / 4, 12);
});

test('the model keeps its config and tokenizer, and adds its rows to its history', async () => {
  const [before, after] = await Promise.all([study.baseRun.weights('model'), (await train()).weights('model')]);
  const { trained_on: history, ...rest } = after.metadata;
  const { trained_on: historyBefore, ...restBefore } = before.metadata;
  expect(rest).toEqual(restBefore);
  expect(JSON.parse(history!)).toEqual([
    ...(JSON.parse(historyBefore!) as unknown[]),
    { digest: study.world['sft']!.digest },
  ]);
  expect([...after.tensors.keys()]).toEqual([...before.tensors.keys()]);
  for (const [name, { shape, data }] of after.tensors) {
    expect(shape).toEqual(before.tensors.get(name)!.shape);
    expect(data).not.toEqual(before.tensors.get(name)!.data);
  }
});

test('rows used twice are in the history once', async () => {
  const first = await train({ with: { steps: 1 } });
  const second = await train({ in: { model: stored(first.outputs['model']), rows: stored(study.world['sft']) } });
  expect(JSON.parse((await second.weights('model')).metadata['trained_on']!)).toHaveLength(2);
});

test('the same seed gives the same bytes; another visits the rows in another order', async () => {
  const [first, again, other] = await Promise.all([train(), train(), train({ seeds: { training: 4 } })]);
  expect(again.outputs).toEqual(first.outputs);
  expect(other.outputs['log']).not.toEqual(first.outputs['log']);
  expect(other.outputs['model']).not.toEqual(first.outputs['model']);
});

describe('weights that are no model are told:', () => {
  test('other tensors', async () => {
    const message = await failureOf(
      trainSftBody,
      options({ in: { model: stored(await strange()), rows: stored(study.world['sft']) } }),
    );
    expect(message).toMatch(/^the weights at `model` are no model that can be used here: /);
  });

  test('a conversation for a model without a chat template', async () => {
    const { tensors, metadata } = await study.baseRun.weights('model');
    const { chat_template: _, ...plain } = metadata;
    const model = await putWeights(study.store, tensors, plain);
    expect(
      await failureOf(trainSftBody, options({ in: { model: stored(model), rows: stored(study.world['sft']) } })),
    ).toMatch(/the rows are conversations, and the model has no chat template/);
  });

  test('a word that the tokenizer has not', async () => {
    const rows = [
      {
        row_id: 'odd',
        messages: [
          { role: 'user', content: 'xylophone ?' },
          { role: 'assistant', content: 'paris' },
        ],
      },
    ];
    const message = await failureOf(
      trainSftBody,
      options({ in: { model: stored(study.base), rows: table({ row_id: 'utf8', messages: 'messages' }, rows) } }),
    );
    expect(message).toMatch(/xylophone/);
  });
});

async function strange(): Promise<Artifact> {
  const { tensors, metadata } = await study.baseRun.weights('model');
  const [[name, tensor]] = [...tensors] as [[string, { shape: readonly number[]; data: Float32Array }]];
  return putWeights(study.store, new Map([[name, tensor]]), metadata);
}
