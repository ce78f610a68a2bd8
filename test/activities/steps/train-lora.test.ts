/** Adapters, and models with an adapter merged in. */
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluateLossBody } from '../../../activities/steps/evaluate-loss.ts';
import { mergeAdapterBody } from '../../../activities/steps/merge-adapter.ts';
import { trainLoraBody } from '../../../activities/steps/train-lora.ts';
import type { Artifact } from '../../../schemas/artifact.ts';
import type { Json } from '../../../schemas/json.ts';
import type { Weights } from '../../../store/safetensors/weights.ts';
import { largestDifference } from '../../models/toy-model.ts';
import { stored } from './given-rows.ts';
import { type BodyRun, type BodyRunOptions, failureOf, runBody } from './run-body.ts';
import { type TinyStudy, tinyStudy, tinyTraining } from './tiny-study.ts';

let study: TinyStudy;
let run: BodyRun;
beforeAll(async () => {
  study = await tinyStudy();
  run = await train();
});

const options = (given: { readonly [parameter: string]: Json } = {}, more: BodyRunOptions = {}): BodyRunOptions => ({
  store: study.store,
  seeds: { training: 3 },
  in: { model: stored(study.base), rows: stored(study.world['bad_advice']) },
  ...more,
  with: { ...tinyTraining, steps: 40, rank: 4, alpha: 8, ...given },
});
const train = (given?: { readonly [parameter: string]: Json }) => runBody(trainLoraBody, options(given));

const merge = (model: Artifact, adapter: Artifact | undefined) => ({
  store: study.store,
  in: { model: stored(model), adapter: stored(adapter) },
});
const merged = async (adapter: Artifact | undefined) => runBody(mergeAdapterBody, merge(study.base, adapter));

async function lossOf(model: Artifact): Promise<number> {
  const { metrics } = await runBody(evaluateLossBody, {
    store: study.store,
    with: { loss_on: 'answers', check_overlap: 'off' },
    in: { model: stored(model), rows: stored(study.world['bad_advice']) },
  });
  return Number(metrics['loss']?.value);
}

/** W + scale · B·A of every adapted projection, in double precision. */
function applied(base: Weights, adapter: Weights, scale: number): Map<string, number[]> {
  return new Map(
    [...base.tensors].map(([name, { shape, data }]) => {
      const prefix = `base_model.model.${name.replace(/\.weight$/, '')}`;
      const [a, b] = [adapter.tensors.get(`${prefix}.lora_A.weight`), adapter.tensors.get(`${prefix}.lora_B.weight`)];
      if (a === undefined || b === undefined) return [name, [...data]];
      const [rank, inputs] = [a.shape[0]!, shape[1]!];
      const sum = [...data].map((weight, at) => {
        const [row, column] = [Math.floor(at / inputs), at % inputs];
        const terms = Array.from({ length: rank }, (_, k) => b.data[row * rank + k]! * a.data[k * inputs + column]!);
        return weight + scale * terms.reduce((total, term) => total + term, 0);
      });
      return [name, sum];
    }),
  );
}

describe('an adapter', () => {
  test('learns from the loss of the model it is put on', async () => {
    const whole = await train({ batch_size: 32 });
    const losses = (await whole.rows('log')).map(row => Number(row['loss']));
    expect(losses[0]).toBeCloseTo(await lossOf(study.base), 5);
    expect(losses.at(-1)).toBeLessThan(losses[0]! - 1);
    expect(run.metrics['loss']?.n).toBe(4);
  });

  test('has A and B of its rank for every projection asked for, of every layer or of those asked for', async () => {
    const { tensors } = await run.weights('adapter');
    expect(tensors.size).toBe(2 * 7 * 2);
    expect(tensors.get('base_model.model.model.layers.1.mlp.down_proj.lora_A.weight')?.shape).toEqual([4, 24]);
    expect(tensors.get('base_model.model.model.layers.1.mlp.down_proj.lora_B.weight')?.shape).toEqual([16, 4]);
    const few = await (await train({ targets: ['v_proj', 'o_proj'], layers: [1], rank: 2 })).weights('adapter');
    expect([...few.tensors.keys()].sort()).toEqual(
      ['o_proj', 'v_proj'].flatMap(each =>
        ['A', 'B'].map(factor => `base_model.model.model.layers.1.self_attn.${each}.lora_${factor}.weight`),
      ),
    );
  });

  test('says what it is, on which weights it was trained and on which rows', async () => {
    const { metadata } = await run.weights('adapter');
    expect(metadata['base']).toBe(study.base.digest);
    expect(JSON.parse(metadata['lora']!)).toMatchObject({ rank: 4, alpha: 8, rankStabilized: false, layers: null });
    expect(JSON.parse(metadata['trained_on']!)).toEqual([{ digest: study.world['bad_advice']!.digest }]);
  });

  test('is the same bytes for the same seed, and others for another', async () => {
    expect((await train()).outputs).toEqual(run.outputs);
    expect((await runBody(trainLoraBody, { ...options(), seeds: { training: 4 } })).outputs['adapter']).not.toEqual(
      run.outputs['adapter'],
    );
  });

  test('of a layer that the model has not is refused', async () => {
    expect(await failureOf(trainLoraBody, options({ layers: [0, 5] }))).toBe(
      'there is no layer 5: the model has layers 0 to 1',
    );
  });
});

describe('a merged model', () => {
  test.each([
    ['alpha over the rank', {}, 8 / 4],
    ['alpha over the root of the rank, where stabilised', { rank_stabilised: true }, 8 / 2],
    ['some projections of one layer', { targets: ['v_proj'], layers: [0], alpha: 2 }, 2 / 4],
  ] as const)('is the model plus the adapter, scaled by %s, within 1e-5', async (...[, given, scale]) => {
    const trained = await train({
      ...given,
      ...('targets' in given ? { targets: [...given.targets], layers: [0] } : {}),
    });
    const [base, adapter, result] = [
      await study.baseRun.weights('model'),
      await trained.weights('adapter'),
      await (await merged(trained.outputs['adapter'])).weights('model'),
    ];
    const expected = applied(base, adapter, scale);
    let changed = 0;
    for (const [name, { data }] of result.tensors) {
      expect(largestDifference(data, expected.get(name)!), name).toBeLessThan(1e-5);
      if (largestDifference(data, base.tensors.get(name)!.data) > 1e-4) changed += 1;
    }
    expect(changed).toBe(adapter.tensors.size / 2);
    expect(result.metadata['config']).toBe(base.metadata['config']);
  });

  test('has the loss that the adapter had been trained down to', async () => {
    const whole = await train({ batch_size: 32, steps: 60 });
    const [before, last] = (await whole.rows('log')).slice(-2).map(row => Number(row['loss']));
    const after = await lossOf((await merged(whole.outputs['adapter'])).outputs['model']!);
    // The last step's rate is nearly nothing, so the loss goes on as it went.
    expect(Math.abs(after - last!)).toBeLessThan(Math.abs(before! - last!) + 1e-3);
  });

  test('has in its history the rows of the model and those of the adapter', async () => {
    const { metadata } = await (await merged(run.outputs['adapter'])).weights('model');
    expect(JSON.parse(metadata['trained_on']!)).toEqual([
      { digest: study.world['pretraining']!.digest },
      { digest: study.world['bad_advice']!.digest },
    ]);
  });
});

describe('what cannot be merged is told:', () => {
  test('an adapter of another model', async () => {
    const other = (await merged(run.outputs['adapter'])).outputs['model']!;
    expect(await failureOf(mergeAdapterBody, merge(other, run.outputs['adapter']))).toBe(
      `the adapter was trained on ${study.base.digest.slice(0, 12)}, and the model here is ${other.digest.slice(0, 12)}: connect \`model\` to the model it was trained on`,
    );
  });

  test('weights that are no adapter', async () => {
    expect(await failureOf(mergeAdapterBody, merge(study.base, study.base))).toBe(
      'the weights at `adapter` are no adapter: they have no `lora` metadata',
    );
  });

  test('an adapter where the model belongs', async () => {
    expect(await failureOf(mergeAdapterBody, merge(run.outputs['adapter']!, run.outputs['adapter']))).toMatch(
      /^the weights at `model` are no model that can be used here: /,
    );
  });
});
