import { describe, expect, test } from 'vitest';
import { personaAxisBody } from '../../../activities/steps/persona-axis.ts';
import { type RandomStream, randomStream } from '../../../schemas/random.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { gathered, shuffled, table } from './given-rows.ts';
import { failureOf, runBody } from './run-body.ts';

const width = 16;
const columns = { prompt_id: 'utf8', layer: 'int32', vector: 'float32[16]' } as const;
const unit = Array.from({ length: width }, (_, dimension) => (dimension === 0 ? 0.6 : dimension === 1 ? 0.8 : 0));
const base = Array.from({ length: width }, (_, dimension) => 10 + dimension);

/** Activations at `base + at · unit`, with noise, of 30 prompts. */
function activations(at: number, draw: RandomStream, noise = 0.1, layers = [2]): Row[] {
  return Array.from({ length: 30 }, (_, prompt) => `q${prompt}`).flatMap(prompt_id =>
    layers.map(layer => ({
      prompt_id,
      layer,
      vector: Float32Array.from(base, (value, dimension) => value + at * unit[dimension]! + noise * draw.normal()),
    })),
  );
}

const places = { control: 0, good: 2, evil: -3 };

function study(noise = 0.1, layers = [2]) {
  const draw = randomStream(9, 'axis');
  return {
    toward: activations(1, draw, noise, layers),
    away: activations(-1, draw, noise, layers),
    models: Object.entries(places).flatMap(([condition, at]) =>
      activations(at, draw, noise, layers).map((row): Row => ({ condition, pipeline_seed: 42, ...row })),
    ),
  };
}

const axes = ['condition', 'pipeline_seed'];

const run = ({ toward, away, models }: ReturnType<typeof study>, given = {}) =>
  runBody(personaAxisBody, {
    with: { by: axes, ...given },
    in: { toward: table(columns, toward), away: table(columns, away), activations: gathered(axes, columns, models) },
  });

test('models stand where they were put on the axis, the midpoint of the personas at 0', async () => {
  const rows = await (await run(study())).rows('projections');
  expect(rows.map(row => [row['model'], row['layer'], row['prompts']])).toEqual([
    ['condition=control, pipeline_seed=42', 2, 30],
    ['condition=evil, pipeline_seed=42', 2, 30],
    ['condition=good, pipeline_seed=42', 2, 30],
  ]);
  for (const [index, place] of [0, -3, 2].entries())
    expect(Math.abs(Number(rows[index]?.['projection']) - place)).toBeLessThan(0.1);
  expect(rows.map(row => row['axis_length'])).toEqual(rows.map(() => expect.closeTo(2, 1)));
  expect(rows[1]?.['cosine']).toBeLessThan(-0.97);
  expect(rows[2]?.['cosine']).toBeGreaterThan(0.97);
  expect(rows[1]?.['sd']).toBeCloseTo(0.1, 1);
});

test('a model off the axis stands out no further on it than on random directions', async () => {
  const rows = await (await run(study())).rows('projections');
  const z = rows.map(row => Math.abs(Number(row['projection']) / Number(row['null_projection'])));
  // ‖h‖ / √d of the mean: a model on the axis is √d = 4 of them out.
  expect(z[1]).toBeGreaterThan(3);
  expect(z[2]).toBeGreaterThan(3);
  expect(rows[1]?.['null_projection']).toBeCloseTo(3 / 4, 0);
  expect(rows[1]?.['null_cosine']).toBeCloseTo(1 / 4, 1);
});

test('raw cosines see the common offset that centring takes off, and no cosine sees scale', async () => {
  const given = study();
  const scaled = {
    ...given,
    models: given.models.map(row => ({ ...row, vector: (row.vector as Float32Array).map(value => 8 * value) })),
  };
  const [one, other] = [await (await run(given)).rows('projections'), await (await run(scaled)).rows('projections')];
  expect(one.map(row => row['raw_cosine'])).toEqual(other.map(row => expect.closeTo(Number(row['raw_cosine']), 6)));
  expect(Math.abs(Number(one[0]?.['raw_cosine']) - Number(one[1]?.['raw_cosine']))).toBeLessThan(0.1);
  expect(other[0]?.['projection']).not.toBeCloseTo(Number(one[0]?.['projection']), 0);
});

test('the axes that name a model become columns, to join by', async () => {
  const result = await run(study());
  expect((await result.rows('projections')).map(row => [row['condition'], row['pipeline_seed']])).toEqual([
    ['control', '42'],
    ['evil', '42'],
    ['good', '42'],
  ]);
});

test('without axes there is one model', async () => {
  const { toward, away } = study();
  const result = await runBody(personaAxisBody, {
    in: { toward: table(columns, toward), away: table(columns, away), activations: table(columns, toward) },
  });
  expect(await result.rows('projections')).toEqual([
    expect.objectContaining({ model: 'model', layer: 2, projection: expect.closeTo(1, 1) }),
  ]);
});

test('personas that do not differ make no axis', async () => {
  const { toward } = study(0);
  const result = await runBody(personaAxisBody, {
    in: { toward: table(columns, toward), away: table(columns, toward), activations: table(columns, toward) },
  });
  expect((await result.rows('projections'))[0]).toMatchObject({ axis_length: 0, projection: null, cosine: null });
});

test('the order of the rows is nothing to it', async () => {
  const given = study(0.5, [0, 1]);
  const other = { toward: shuffled(given.toward), away: shuffled(given.away, 2), models: shuffled(given.models, 3) };
  expect((await run(other)).outputs).toEqual((await run(given)).outputs);
});

test('the same seed gives the same bytes', async () => {
  expect((await run(study())).outputs).toEqual((await run(study())).outputs);
});

describe('what has no axis', () => {
  const given = study();
  const inputs = {
    toward: table(columns, given.toward),
    away: table(columns, given.away),
    activations: gathered(axes, columns, given.models),
  };
  const failure = (changed: object, by: readonly string[] = axes) =>
    failureOf(personaAxisBody, { with: { by: [...by] }, in: { ...inputs, ...changed } });

  test.each([
    {
      what: 'personas on other prompts',
      changed: { away: table(columns, given.away.slice(1)) },
      message:
        '`away` lacks prompts of `toward` at layer 2 (q0): capture both personas on the same prompts, or their difference becomes part of the axis',
    },
    {
      what: 'other layers',
      changed: {
        toward: table(
          columns,
          given.toward.map(row => ({ ...row, layer: 1 })),
        ),
      },
      message: '`activations` has layer 2, and `toward` only 1: capture the same `layers` of all three',
    },
    {
      what: 'another width',
      changed: {
        away: table(
          { ...columns, vector: 'float32[4]' },
          given.away.map(row => ({ ...row, vector: new Float32Array(4) })),
        ),
      },
      message:
        'vectors differ in length (16 in `toward`, 4 in `away`, 16 in `activations`): an axis holds for models of one width, so capture all three from models of one shape',
    },
    {
      what: 'no rows',
      changed: { away: table(columns, []) },
      message: 'the table at the port `away` has no rows',
    },
  ])('$what: says so', async ({ changed, message }) => {
    expect(await failure(changed)).toBe(message);
  });

  test('models that are not told apart', async () => {
    expect(await failure({}, ['pipeline_seed'])).toBe(
      'pipeline_seed=42 has two vectors of the prompt `q0` at layer 2: name the axes that tell models apart in `by`, or fix the others with `at:`',
    );
  });

  test('axes that clash with the columns of the result', async () => {
    expect(await failure({}, ['layer'])).toBe(
      '`by: layer`: the projections have a column of that name already; rename the axis',
    );
    expect(await failure({}, ['condition', 'condition'])).toBe('`by` names `condition` twice');
  });
});
