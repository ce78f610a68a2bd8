import { describe, expect, test } from 'vitest';
import { probeLinearBody } from '../../../activities/steps/probe-linear.ts';
import { randomStream } from '../../../schemas/random.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { normalCdf } from '../../../stats/distributions.ts';
import { gathered, shuffled, table } from './given-rows.ts';
import { failureOf, runBody } from './run-body.ts';

const width = 8;
const activation = { prompt_id: 'utf8', layer: 'int32', vector: 'float32[8]' } as const;
const axes = ['condition', 'pipeline_seed'];

/** Every model at a place of its own (`model` apart), the conditions `condition` apart along the first coordinate. */
function models(apart: { readonly condition: number; readonly model: number }, layers = [1], seed = 6): Row[] {
  const draw = randomStream(seed, 'activations');
  return ['control', 'evil', 'good'].flatMap((condition, index) =>
    [42, 137, 256].flatMap(pipeline_seed => {
      const own = Array.from({ length: width }, () => apart.model * draw.normal());
      return Array.from({ length: 20 }, (_, prompt) => prompt).flatMap(prompt =>
        layers.map(layer => ({
          condition,
          pipeline_seed,
          prompt_id: `q${prompt}`,
          layer,
          vector: Float32Array.from(
            own,
            (at, dimension) => at + draw.normal() + (dimension === 0 ? layer * apart.condition * index : 0),
          ),
        })),
      );
    }),
  );
}

const run = (rows: readonly Row[], given = {}, seeds?: { folds: number }) =>
  runBody(probeLinearBody, {
    with: { label: 'condition', checkpoint: axes, ...given },
    in: { activations: gathered(axes, activation, rows) },
    ...(seeds && { seeds }),
  });

test('conditions far apart are read off held-out prompts, and are gone without the models’ means', async () => {
  const result = await run(models({ condition: 6, model: 0 }));
  expect(await result.rows('accuracy')).toEqual([
    expect.objectContaining({ layer: 1, accuracy: expect.closeTo(1, 1), rows: 180, prompts: 20, models: 9 }),
  ]);
  expect(result.metrics['centred_accuracy']?.value).toBeLessThan(0.5);
});

test('models that differ by themselves are told apart too: the control task says so', async () => {
  const { metrics } = await run(models({ condition: 0, model: 4 }));
  expect(metrics['accuracy']?.value).toBeGreaterThan(0.95);
  expect(metrics['control_accuracy']?.value).toBeGreaterThan(0.95);
});

test('models that do not differ give the accuracy of chance', async () => {
  const seeds = Array.from({ length: 12 }, (_, seed) => seed);
  const runs = await Promise.all(seeds.map(seed => run(models({ condition: 0, model: 0 }, [1], seed))));
  for (const metric of ['accuracy', 'control_accuracy', 'centred_accuracy']) {
    const mean = runs.reduce((sum, { metrics }) => sum + Number(metrics[metric]?.value), 0) / runs.length;
    const standardError = Math.sqrt(((1 / 3) * (2 / 3)) / (180 * runs.length));
    expect(Math.abs(mean - 1 / 3)).toBeLessThan(3 * standardError);
  }
});

test('two Gaussians without models are told apart as well as by Bayes’ rule', async () => {
  const draw = randomStream(1, 'gaussians');
  const distance = 2;
  const rows = Array.from({ length: 1000 }, (_, index) => ({
    side: index % 2 === 0 ? 'left' : 'right',
    prompt_id: `p${index}`,
    layer: 3,
    vector: Float32Array.from(
      { length: width },
      (__, dimension) => draw.normal() + (dimension === 2 && index % 2 === 1 ? distance : 0),
    ),
  }));
  const result = await runBody(probeLinearBody, {
    with: { label: 'side' },
    in: { activations: table({ side: 'utf8', ...activation }, rows) },
  });
  const bayes = normalCdf(distance / 2);
  const standardError = Math.sqrt((bayes * (1 - bayes)) / 1000);
  expect(Math.abs(Number(result.metrics['accuracy']?.value) - bayes)).toBeLessThan(3 * standardError);
  expect(result.metrics['control_accuracy']?.value).toBeCloseTo(0.5, 1);
  expect(result.metrics['centred_accuracy']).toMatchObject({
    value: null,
    note: 'no axis names a model (`checkpoint`), whose mean could be removed',
  });
});

test('the metrics are those of the best layer, and say that it was chosen', async () => {
  const result = await run(models({ condition: 0.7, model: 0 }, [0, 1, 2]));
  const rows = await result.rows('accuracy');
  expect(rows.map(row => row['layer'])).toEqual([0, 1, 2]);
  expect(result.metrics['accuracy']).toMatchObject({
    value: rows[2]?.['accuracy'],
    n: 20,
    note: 'layer 2, the best of 3 by this accuracy; n counts prompts, the interval takes 180 rows as independent',
  });
  expect(result.metrics['control_accuracy']?.value).toBe(rows[2]?.['control_accuracy']);
});

test('the order of rows and parts is nothing to it', async () => {
  const rows = models({ condition: 1, model: 0.5 });
  expect((await run(shuffled(rows))).outputs).toEqual((await run(rows)).outputs);
});

test('the same seed gives the same bytes, another one other folds', async () => {
  const rows = models({ condition: 0.5, model: 0.2 });
  const [one, same, other] = [
    await run(rows, {}, { folds: 1 }),
    await run(rows, {}, { folds: 1 }),
    await run(rows, {}, { folds: 2 }),
  ];
  expect(same.outputs).toEqual(one.outputs);
  expect(other.outputs['accuracy']).not.toEqual(one.outputs['accuracy']);
});

describe('what cannot be probed', () => {
  const rows = models({ condition: 1, model: 0 });
  const failure = (given: object, of: readonly Row[] = rows) =>
    failureOf(probeLinearBody, {
      with: { label: 'condition', checkpoint: axes, ...given },
      in: { activations: gathered(axes, activation, of) },
    });

  test('a label that is not there', async () => {
    expect(await failure({ label: 'conditoin' })).toBe(
      '`label: conditoin`, and the table at the port `activations` has no such column; it has condition, pipeline_seed, prompt_id, layer, vector',
    );
  });

  test('a label that is a vector', async () => {
    expect(await failure({ label: 'vector' })).toBe(
      '`label: vector`: a column of plain values is wanted, and that of the table at the port `activations` is float32[8]',
    );
  });

  test('one label', async () => {
    expect(
      await failure(
        {},
        rows.filter(row => row['condition'] === 'good'),
      ),
    ).toBe('the label of all rows at layer 1 is good: there is nothing to tell apart');
  });

  test('models that are not told apart', async () => {
    expect(await failure({ checkpoint: ['condition'] })).toBe(
      'condition=control has two vectors of the prompt `q0` at layer 1: name the axes that tell models apart in `checkpoint`, or fix the others with `at:`',
    );
  });

  test('models captured on other prompts', async () => {
    expect(await failure({}, rows.slice(2))).toBe(
      'condition=control, pipeline_seed=42 lacks 2 prompts at layer 1 that other models have (q0, q1): capture all models on the same prompts',
    );
  });

  test('a label that varies within a model', async () => {
    expect(await failure({ label: 'prompt_id' })).toMatch(
      /^model "condition=control, pipeline_seed=42" is labelled both "q\d+" and "q\d+"; a probe predicts/,
    );
  });

  test('fewer prompts than folds', async () => {
    expect(await failure({ folds: 30 })).toBe(
      '20 prompts cannot fill 30 folds: write `folds: 20` or less, or give more',
    );
  });
});
