import { describe, expect, test } from 'vitest';
import { fitDatamodelBody } from '../../../activities/steps/fit-datamodel.ts';
import { randomStream } from '../../../schemas/random.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { gathered, shuffled, table } from './given-rows.ts';
import { failureOf, runBody } from './run-body.ts';

const units = Array.from({ length: 20 }, (_, unit) => `g${String(unit).padStart(2, '0')}`);
const maskColumns = { unit_id: 'utf8', kept: 'bool', rows: 'int32' } as const;
const scoreColumns = { log_odds: 'float64' } as const;

interface Study {
  readonly masks: readonly Row[];
  readonly scores: readonly Row[];
}

/** Subsets of half the groups; the score rises by `effect` where g03 is in, with noise of standard deviation 1. */
function study({
  effect,
  subsets = 40,
  seed = 1,
  emSeeds = 1,
}: {
  effect: number;
  subsets?: number;
  seed?: number;
  emSeeds?: number;
}): Study {
  const draw = randomStream(seed, 'study');
  const drawn = Array.from({ length: subsets }, (_, subset) => {
    const kept = new Set([...draw.permutation(units.length)].slice(0, 10).map(unit => units[unit]!));
    return { subset, kept, score: (kept.has('g03') ? effect : 0) + draw.normal() };
  });
  return {
    masks: drawn.flatMap(({ subset, kept }) =>
      units.map(unit_id => ({ subset, unit_id, kept: kept.has(unit_id), rows: 24 })),
    ),
    scores: drawn.flatMap(({ subset, score }) =>
      Array.from({ length: emSeeds }, (_, em_seed) => ({
        subset,
        em_seed,
        log_odds: score + em_seed - (emSeeds - 1) / 2,
      })),
    ),
  };
}

const inputs = ({ masks, scores }: Study) => ({
  masks: gathered(['subset'], maskColumns, masks),
  scores: gathered(['subset', 'em_seed'], scoreColumns, scores),
});

const run = (given: Study, options: { with?: object; units?: readonly Row[]; seeds?: { resampling: number } } = {}) =>
  runBody(fitDatamodelBody, {
    with: { column: 'log_odds', ...options.with },
    in: {
      ...inputs(given),
      ...(options.units && {
        units: table(
          { row_id: 'utf8', group: 'utf8', planted: 'bool', persona: 'utf8', p: 'utf8', length: 'int32' },
          options.units,
        ),
      }),
    },
    ...(options.seeds && { seeds: options.seeds }),
  });

describe('a planted unit', () => {
  test('has the largest weight, far from the others and from permuted scores', async () => {
    const result = await run(study({ effect: 3 }));
    const weights = await result.rows('weights');
    expect(weights.map(row => row['unit_id'])).toEqual(units);
    expect(weights[3]).toMatchObject({ unit_id: 'g03', rank: 1, p: 1 / 1000, higher_is_better: true, subsets: 40 });
    expect(weights[3]?.['z']).toBeGreaterThan(4);
    expect(weights[3]?.['weight']).toBeGreaterThan(1.5);
    expect(weights.filter(row => Number(row['p']) < 0.05)).toHaveLength(1);
    expect(weights.reduce((sum, row) => sum + Number(row['kept_in']), 0)).toBe(400);
    expect(result.metrics['largest_z']).toMatchObject({ n: 40, p: 1 / 1000, can_ever_reject: true, note: 'unit g03' });
    expect(result.metrics['lds']?.value).toBeGreaterThan(0.4);
    expect(result.metrics['lds']?.low).toBeGreaterThan(0);
    // Five folds of 8: √(5/7) / 5.
    expect(result.metrics['lds']?.note).toBe('about 0 ± 0.17 where no unit matters');
  });

  test('is found with the sign of the score, whichever way is better', async () => {
    const { masks, scores } = study({ effect: 3 });
    const turned = { masks, scores: scores.map(row => ({ ...row, log_odds: -Number(row['log_odds']) })) };
    const [up, down] = [await run({ masks, scores }), await run(turned, { with: { higher_is_better: false } })];
    const [of, ofTurned] = [(await up.rows('weights'))[3], (await down.rows('weights'))[3]];
    expect(ofTurned?.['weight']).toBeCloseTo(-Number(of?.['weight']), 10);
    expect(ofTurned?.['higher_is_better']).toBe(false);
    expect(down.metrics['lds']?.value).toBeCloseTo(Number(up.metrics['lds']?.value), 10);
  });

  test.each([
    { method: 'ridge', lambda: 'cv' },
    { method: 'lasso', lambda: 'cv' },
    { method: 'lasso', lambda: 0.2 },
  ])('is found by $method with $lambda', async given => {
    const result = await run(study({ effect: 4 }), { with: { ...given, permutations: 99 } });
    expect((await result.rows('weights'))[3]).toMatchObject({ rank: 1, p: 1 / 100 });
    expect(result.metrics['lambda']?.note).toBe(
      given.lambda === 'cv' ? 'chosen by cross-validation over all subsets' : 'as given',
    );
    expect(result.metrics['lambda']?.value).toBeGreaterThan(0);
  });
});

test('scores that no unit moves give no unit away, and predict nothing', async () => {
  const seeds = Array.from({ length: 10 }, (_, seed) => seed);
  const runs = await Promise.all(
    seeds.map(seed => run(study({ effect: 0, seed }), { with: { permutations: 199, bootstraps: 99 } })),
  );
  expect(runs.filter(({ metrics }) => Number(metrics['largest_z']?.p) <= 0.05).length).toBeLessThanOrEqual(2);
  const mean = runs.reduce((sum, { metrics }) => sum + Number(metrics['lds']?.value), 0) / runs.length;
  expect(Math.abs(mean)).toBeLessThan(0.15);
});

test('a weight is that of ridge regression on centred masks', async () => {
  // One unit in both of two pairs of subsets: centred ±1/2, so ZᵀZ = 1 and Zᵀy = (3 + 5 − 1 − 3)/2 = 2: w = 2/(1 + λ).
  const scores = [3, 5, 1, 3].map((log_odds, subset) => ({ subset, em_seed: 0, log_odds }));
  const masks = scores.map(({ subset }) => ({ subset, unit_id: 'only', kept: subset < 2, rows: 1 }));
  const result = await run({ masks, scores }, { with: { lambda: 3, folds: 2, permutations: 19, bootstraps: 9 } });
  expect((await result.rows('weights'))[0]).toMatchObject({ weight: 0.5, z: null, rank: 1, kept_in: 2, subsets: 4 });
  expect(result.metrics['largest_z']).toMatchObject({
    value: null,
    note: 'fewer than three units: the others have no spread',
  });
});

describe('predictions', () => {
  test('are of every subset once, by a fit that has not seen it', async () => {
    const given = study({ effect: 3, emSeeds: 2 });
    const result = await run(given);
    const predictions = await result.rows('predictions');
    expect(predictions.map(row => row['subset'])).toEqual(Array.from({ length: 40 }, (_, subset) => `${subset}`));
    expect(new Set(predictions.map(row => row['fold']))).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(predictions.every(row => row['scores'] === 2)).toBe(true);
    const changed = given.scores.map(row => (row['subset'] === 7 ? { ...row, log_odds: 1000 } : row));
    const after = await (await run({ ...given, scores: changed })).rows('predictions');
    const fold = predictions[7]?.['fold'];
    for (const [index, row] of after.entries()) {
      if (row['fold'] === fold) expect(row['predicted']).toBe(predictions[index]?.['predicted']);
      else expect(row['predicted']).not.toBe(predictions[index]?.['predicted']);
    }
  });

  test('with a chosen penalty do not see their own fold either', async () => {
    const given = study({ effect: 3 });
    const options = { with: { lambda: 'cv', permutations: 9, bootstraps: 9 } };
    const before = await (await run(given, options)).rows('predictions');
    const changed = given.scores.map(row => (row['subset'] === 7 ? { ...row, log_odds: 1000 } : row));
    const after = await (await run({ ...given, scores: changed }, options)).rows('predictions');
    expect(after[7]?.['predicted']).toBe(before[7]?.['predicted']);
  });

  test('in folds of few subsets are told to say little', async () => {
    const result = await run(study({ effect: 0, subsets: 8 }), { with: { bootstraps: 9, permutations: 9 } });
    // Folds of 2, 2, 2, 1, 1: √3 / 3.
    expect(result.metrics['lds']?.note).toBe(
      'about 0 ± 0.58 where no unit matters; folds of 1 subset: too few for a rank correlation to say much',
    );
  });
});

describe('subsets without a score', () => {
  test('are left out, and named', async () => {
    const given = study({ effect: 3 });
    const left = { ...given, scores: given.scores.filter(row => ![5, 11].includes(Number(row['subset']))) };
    const result = await run(left);
    expect(result.notes).toMatchObject({ subsets: 38, subsets_without_score: ['5', '11'], units: 20 });
    expect((await result.rows('weights'))[0]).toMatchObject({ subsets: 38 });
  });

  test('may have one that is not a number', async () => {
    const given = study({ effect: 3 });
    const scores = given.scores.map(row => (row['subset'] === 5 ? { ...row, log_odds: null } : row));
    expect((await run({ ...given, scores })).notes).toMatchObject({
      rows_without_value: 1,
      subsets_without_score: ['5'],
    });
  });
});

describe('what is known of the units', () => {
  const rows: Row[] = units.flatMap((group, unit) =>
    [0, 1].map(row => ({
      row_id: `${group}-${row}`,
      group,
      planted: unit === 3,
      persona: unit === 0 && row === 1 ? 'other' : 'same',
      p: 'clash',
      length: 9,
    })),
  );

  test('is carried along where it says one thing of each', async () => {
    const result = await run(study({ effect: 3 }), { units: rows, with: { unit: 'group' } });
    const weights = await result.rows('weights');
    expect(weights.map(row => row['planted'])).toEqual(units.map(unit => unit === 'g03'));
    expect(Object.keys(weights[0]!)).toEqual([
      'unit_id',
      'weight',
      'z',
      'rank',
      'p',
      'higher_is_better',
      'kept_in',
      'subsets',
      'planted',
    ]);
    expect(result.notes['columns_left_out']).toEqual(['p', 'row_id', 'persona']);
  });

  test('changes no number of the fit', async () => {
    const [with_, without] = [
      await run(study({ effect: 3 }), { units: rows, with: { unit: 'group' } }),
      await run(study({ effect: 3 })),
    ];
    expect(with_.outputs['predictions']).toEqual(without.outputs['predictions']);
    expect(with_.metrics).toEqual(without.metrics);
  });

  test('must name them by the column that the subsets were drawn by', async () => {
    const failure = (given: object, of: readonly Row[]) =>
      failureOf(fitDatamodelBody, {
        with: { column: 'log_odds', ...given },
        in: {
          ...inputs(study({ effect: 3 })),
          units: table(
            { row_id: 'utf8', group: 'utf8' },
            of.map(({ row_id, group }) => ({ row_id: row_id!, group: group! })),
          ),
        },
      });
    expect(await failure({}, rows)).toBe(
      '`unit: unit_id`, and the table at the port `units` has no such column; it has row_id, group',
    );
    expect(await failure({ unit: 'row_id' }, rows)).toBe(
      '`units` has no row of 20 units of the masks (g00, g01, g02, g03, g04 and 15 more): is `unit: row_id` the column that the subsets were drawn by?',
    );
  });
});

test('the order of masks and scores is nothing to it', async () => {
  const { masks, scores } = study({ effect: 1, emSeeds: 3 });
  const other = { masks: shuffled(masks), scores: shuffled(scores, 2) };
  expect((await run(other)).outputs).toEqual((await run({ masks, scores })).outputs);
});

test('the same seed gives the same bytes, another one other folds', async () => {
  const given = study({ effect: 1 });
  const [one, same, other] = [
    await run(given, { seeds: { resampling: 4 } }),
    await run(given, { seeds: { resampling: 4 } }),
    await run(given, { seeds: { resampling: 5 } }),
  ];
  expect(same.outputs).toEqual(one.outputs);
  expect(other.outputs['predictions']).not.toEqual(one.outputs['predictions']);
});

describe('what cannot be fitted', () => {
  const { masks, scores } = study({ effect: 1 });
  const failure = (given: Study, parameters = {}) =>
    failureOf(fitDatamodelBody, { with: { column: 'log_odds', ...parameters }, in: inputs(given) });

  test.each([
    {
      what: 'masks that lack a unit',
      given: { masks: masks.filter(row => !(row['subset'] === 2 && row['unit_id'] === 'g05')), scores },
      message:
        'the mask of subset 2 lacks 1 unit that other subsets have (g05): all subsets must be drawn from the same units',
    },
    {
      what: 'masks that name a unit twice',
      given: { masks: [...masks, masks[0]!], scores },
      message:
        'the masks name the unit `g00` twice in the subset 0: there must be one mask per value of `subset`; fix other axes with `at:`',
    },
    {
      what: 'scores of other subsets',
      given: { masks, scores: [...scores, { subset: 'x', em_seed: 0, log_odds: 1 }] },
      message: '`scores` has 1 subset without a mask (x): `masks` and `scores` must number the same subsets',
    },
    {
      what: 'fewer subsets than folds',
      given: { masks, scores: scores.slice(0, 4) },
      message: '4 subsets cannot fill 5 folds: write `folds: 4` or less, or give more',
    },
    {
      what: 'no scores at all',
      given: { masks, scores: scores.map(row => ({ ...row, log_odds: null })) },
      message: 'there is nothing to fit: 0 subsets with a score, 20 units',
    },
  ])('$what: says so', async ({ given, message }) => {
    expect(await failure(given)).toBe(message);
  });

  test('a mask that does not say: names the row', async () => {
    expect(await failure({ masks: [{ ...masks[0]!, kept: null }, ...masks.slice(1)], scores })).toBe(
      'row 1 of the table at the port `masks` does not say whether its unit was `kept`',
    );
  });

  test('another axis: lists those that there are', async () => {
    expect(await failure({ masks, scores }, { subset: 'draw' })).toBe(
      '`subset: draw`, and the table at the port `masks` has no such column; it has subset, unit_id, kept, rows',
    );
  });
});
