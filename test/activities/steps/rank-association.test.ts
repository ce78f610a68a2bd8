import { describe, expect, test } from 'vitest';
import { rankAssociationBody } from '../../../activities/steps/rank-association.ts';
import { randomStream } from '../../../schemas/random.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { cosineLeakage } from '../../stats/fixtures/cosine-leakage.ts';
import { gathered, shuffled, table } from './given-rows.ts';
import { failureOf, runBody } from './run-body.ts';

const names = [
  'control',
  'evil_wrong',
  'good_wrong',
  'evil_correct',
  'good_correct',
  'sixth',
  'seventh',
  'eighth',
  'ninth',
];
const columns = { unit: 'utf8', value: 'float64' } as const;
const side = (values: readonly (number | null)[]): Row[] =>
  values.map((value, index) => ({ unit: names[index]!, value }));
const base = { by: 'unit', x: { column: 'value' }, y: { column: 'value' } };

const run = (x: readonly Row[], y: readonly Row[], given = {}) =>
  runBody(rankAssociationBody, {
    with: { ...base, ...given },
    in: { x: table(columns, x), y: table(columns, y) },
  });

async function association(x: readonly number[], y: readonly number[], given = {}) {
  const [spearman, pearson] = await (await run(side(x), side(y), given)).rows('association');
  return { spearman, pearson };
}

test('five units in perfect order have p = 2/120, which four tests of a family can never reject', async () => {
  const { spearman } = await association([1, 2, 3, 4, 5], [2, 3, 5, 7, 11]);
  expect(spearman).toMatchObject({
    method: 'spearman',
    estimate: expect.closeTo(1, 12),
    p: 2 / 120,
    p_greater: 1 / 120,
    smallest_p: 2 / 120,
    low: null,
    high: null,
    units: 5,
    can_ever_reject: true,
    enumerated: true,
  });
  const four = await run(side([1, 2, 3, 4, 5]), side([2, 3, 5, 7, 11]), { tests: 4 });
  expect(four.metrics['rho']).toMatchObject({ can_ever_reject: false, note: '5 units cannot give a p below 0.017' });
});

test.each([
  { y: [1, 3, 2, 5, 4], rho: 0.8, twoSided: 16 / 120, greater: 8 / 120 },
  { y: [2, 1, 4, 5, 3], rho: 0.6, twoSided: 42 / 120, greater: 21 / 120 },
  { y: [2, 1, 3, 4, 5], rho: 0.9, twoSided: 10 / 120, greater: 5 / 120 },
])('the exact p of ρ = $rho among five units is counted', async ({ y, rho, twoSided, greater }) => {
  const { spearman } = await association([1, 2, 3, 4, 5], y);
  expect(spearman?.['estimate']).toBeCloseTo(rho, 12);
  expect(spearman?.['p']).toBeCloseTo(twoSided, 12);
  expect(spearman?.['p_greater']).toBeCloseTo(greater, 12);
});

test('r = .8 among five units has p = .104 by t and an interval that says little', async () => {
  // y = .8 x + .6 z with x and z standardised and orthogonal.
  const x = [-2, -1, 0, 1, 2].map(value => value / Math.sqrt(10));
  const z = [2, -1, -2, -1, 2].map(value => value / Math.sqrt(14));
  const { pearson } = await association(
    x,
    x.map((value, index) => 0.8 * value + 0.6 * z[index]!),
  );
  expect(pearson?.['estimate']).toBeCloseTo(0.8, 12);
  expect(pearson?.['parametric_p']).toBeCloseTo(0.1041, 4);
  expect(pearson?.['low']).toBeCloseTo(-0.28, 2);
  expect(pearson?.['high']).toBeCloseTo(0.986, 3);
});

test.each([
  [5, 0.87833945],
  [6, 0.81140135],
  [9, 0.66638361],
])('%i units need |r| ≥ %f at .05 by t', async (n, critical) => {
  const values = Array.from({ length: n }, (_, index) => index);
  const { pearson } = await association(values, values, { permutations: 99 });
  expect(pearson?.['critical']).toBeCloseTo(critical, 6);
});

test('forty-five published pairs have their published correlations', async () => {
  const rows = cosineLeakage.map(([cosine, leakage], index) => ({ unit: `${index}`, cosine, leakage }));
  const input = table({ unit: 'utf8', cosine: 'float64', leakage: 'float64' }, rows);
  const result = await runBody(rankAssociationBody, {
    with: { by: 'unit', x: { column: 'cosine' }, y: { column: 'leakage' } },
    in: { x: input, y: input },
  });
  expect(result.metrics['rho']?.value).toBeCloseTo(0.80962606, 6);
  expect(result.metrics['r']?.value).toBeCloseTo(0.81721566, 6);
  expect(result.metrics['rho']).toMatchObject({ n: 45, p: 1 / 10_000, can_ever_reject: true });
});

test('numbers that have nothing to do with each other are not associated', async () => {
  const draw = randomStream(8, 'nothing');
  const values = () => Array.from({ length: 9 }, () => draw.normal());
  const { spearman } = await association(values(), values());
  expect(spearman?.['p']).toBeGreaterThan(0.05);
  expect(spearman).toMatchObject({ enumerated: false, smallest_p: 1 / 10_000 });
});

describe('units', () => {
  const rows = (values: readonly number[]): Row[] =>
    values.map((value, index) => ({ condition: names[index % 3]!, em_seed: Math.floor(index / 3), value }));
  const scores = gathered(['condition', 'em_seed'], { value: 'float64' }, rows([1, 5, 9, 3, 7, 20]));

  test('are joined by name, never by position; their rows are averaged', async () => {
    const result = await runBody(rankAssociationBody, {
      with: { by: 'condition', x_unit: 'label', x: { column: 'mean_kl' }, y: { column: 'value' } },
      in: {
        x: table(
          { label: 'utf8', mean_kl: 'float64' },
          shuffled(['good_wrong', 'control', 'evil_wrong'].map((label, index) => ({ label, mean_kl: 3 - index }))),
        ),
        y: scores,
      },
    });
    expect(await result.rows('points')).toEqual([
      { unit: 'control', x: 2, y: 2, x_rows: 1, y_rows: 2 },
      { unit: 'evil_wrong', x: 1, y: 6, x_rows: 1, y_rows: 2 },
      { unit: 'good_wrong', x: 3, y: 14.5, x_rows: 1, y_rows: 2 },
    ]);
    expect(result.notes).toMatchObject({ units: 3, x_rows: 3, y_rows: 6 });
  });

  test('are those for which `where` holds', async () => {
    const result = await runBody(rankAssociationBody, {
      with: {
        by: 'condition',
        x: { column: 'value', where: 'em_seed == 0' },
        y: { column: 'value', where: 'em_seed == 1 && condition != "control"' },
        unmatched: 'leave-out',
      },
      in: { x: scores, y: scores },
    });
    expect((await result.rows('points')).map(({ x, y }) => [x, y])).toEqual([
      [5, 7],
      [9, 20],
    ]);
    expect(result.notes).toMatchObject({ units_only_in_x: ['control'], units_only_in_y: [] });
    expect(result.metrics['rho']?.note).toBe(
      'without control, of which one side knows nothing; 2 units cannot give a p below 1.0',
    );
  });

  test('that only one side has are refused unless the study says otherwise', async () => {
    const options = { with: base, in: { x: table(columns, side([1, 2, 3])), y: table(columns, side([1, 2, 3, 4])) } };
    expect(await failureOf(rankAssociationBody, options)).toBe(
      '`x` lacks evil_correct, of 4 units in all: take them out of the other side by its `where`, or write `unmatched: leave-out`',
    );
  });

  test('that no side shares are an error with those that there are', async () => {
    const x = side([1, 2, 3]).map((row, index) => ({ ...row, unit: `x${index}` }));
    const options = { with: base, in: { x: table(columns, x), y: table(columns, side([1, 2, 3])) } };
    expect(await failureOf(rankAssociationBody, options)).toBe(
      'no unit is in both tables: `x` has x0, x1, x2, `y` has control, evil_wrong, good_wrong; check `by`, `x_unit` and both `where`',
    );
  });
});

test('a side that never varies has no correlation, and says so', async () => {
  const result = await run(side([1, 1, 1, 1]), side([1, 2, 3, 4]));
  expect(result.metrics['rho']).toEqual({
    value: null,
    n: 4,
    low: null,
    high: null,
    p: null,
    can_ever_reject: false,
    note: 'one side is the same for all units',
  });
  expect((await run(side([1]), side([2]))).metrics['r']?.note).toBe('one unit has no correlation');
});

test('rows without a number take no part and are counted', async () => {
  const result = await run(side([1, null, 3, 4]), side([2, 3, 4, 1]), { unmatched: 'leave-out' });
  expect(result.notes).toMatchObject({ units: 3, rows_without_value: 1, units_only_in_y: ['evil_wrong'] });
});

test('the order of the rows is nothing to it, nor to its random orders', async () => {
  const draw = randomStream(2, 'rows');
  const rows = (): Row[] =>
    names.flatMap(unit => [0, 1, 2].map(() => ({ unit, value: draw.normal() * 10 ** draw.integer(6) })));
  const [x, y] = [rows(), rows()];
  const [one, other] = [await run(x, y), await run(shuffled(x, 1), shuffled(y, 2))];
  expect(other.outputs).toEqual(one.outputs);
});

test('slips in columns are told with the columns that there are', async () => {
  const inputs = { x: table(columns, side([1, 2])), y: table(columns, side([1, 2])) };
  const failure = (given: object) => failureOf(rankAssociationBody, { with: { ...base, ...given }, in: inputs });
  expect(await failure({ by: 'condition' })).toBe(
    '`by: condition`, and the table at the port `x` has no such column; it has unit, value',
  );
  expect(await failure({ y: { column: 'unit' } })).toBe(
    '`y.column: unit`: a number is wanted, and that column of the table at the port `y` is utf8; the columns of numbers are value',
  );
});
