import { describe, expect, test } from 'vitest';
import { removalTestBody } from '../../../activities/steps/removal-test.ts';
import { randomStream } from '../../../schemas/random.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { studentTQuantile } from '../../../stats/distributions.ts';
import { gathered, shuffled } from './given-rows.ts';
import { failureOf, runBody } from './run-body.ts';

const axes = ['arm', 'draw', 'em_seed'];
const columns = { alignment: 'float64' } as const;

/** Two rows per replicate, around its value. */
const scores = (arms: { readonly [arm: string]: readonly number[] }): Row[] =>
  Object.entries(arms).flatMap(([arm, values]) =>
    values.flatMap((value, draw) =>
      [-0.5, 0.5].map((off, em_seed) => ({ arm, draw, em_seed, alignment: value + off })),
    ),
  );

const run = (rows: readonly Row[], given = {}) =>
  runBody(removalTestBody, { with: { column: 'alignment', ...given }, in: { scores: gathered(axes, columns, rows) } });

const baseline = [10, 12, 11, 9, 10, 8];
/** 19 removals that shift by −3 … 3. */
const random = Array.from({ length: 19 }, (_, index) => 10 + (index - 9) / 3);

describe('arms', () => {
  const arms = { none: baseline, random, top: [4, 5, 3], marked: [12, 12, 12] };

  test('are held against random removals by counting, and against the baseline by Welch', async () => {
    const result = await run(scores(arms));
    const [marked, none, ofRandom, top] = await result.rows('arms');
    // |random shift| ≥ 6: none; ≥ 2: |index − 9| ≥ 6, 4 on each side.
    expect(top).toMatchObject({
      arm: 'top',
      units: 3,
      mean: 4,
      sd: 1,
      shift: -6,
      p: 1 / 20,
      can_ever_reject: true,
      improved: false,
    });
    expect(marked).toMatchObject({ arm: 'marked', shift: 2, p: 9 / 20, improved: true });
    expect(none).toMatchObject({
      arm: 'none',
      units: 6,
      mean: 10,
      sd: Math.SQRT2,
      shift: 0,
      low: null,
      high: null,
      shift_sd: null,
      z: null,
      p: null,
      can_ever_reject: null,
      improved: null,
    });
    expect(ofRandom).toMatchObject({ arm: 'random', units: 19, mean: expect.closeTo(10, 12), z: null, p: null });
    // Standard error √(1/3 + 2/6), df = (1/3 + 1/3)² / ((1/3)²/2 + (1/3)²/5).
    const half = studentTQuantile(0.975, 40 / 7) * Math.sqrt(2 / 3);
    expect(top?.['shift_sd']).toBeCloseTo(6 / Math.SQRT2, 10);
    expect(top?.['low']).toBeCloseTo(-6 - half, 8);
    expect(top?.['high']).toBeCloseTo(-6 + half, 8);
    expect(top?.['z']).toBeCloseTo(-6 / Math.sqrt((2 * (81 + 64 + 49 + 36 + 25 + 16 + 9 + 4 + 1)) / 9 / 18), 10);
  });

  test('are made of replicates, whose other rows are averaged', async () => {
    const result = await run(scores(arms));
    const units = await result.rows('units');
    expect(units).toHaveLength(6 + 19 + 3 + 3);
    expect(units.filter(row => row['arm'] === 'top')).toEqual([
      { arm: 'top', draw: '0', value: 4, shift: -6, rows: 2 },
      { arm: 'top', draw: '1', value: 5, shift: -5, rows: 2 },
      { arm: 'top', draw: '2', value: 3, shift: -7, rows: 2 },
    ]);
    expect(units.filter(row => row['arm'] === 'random').map(row => row['draw'])).toEqual(
      random.map((_, draw) => `${draw}`),
    );
    expect(result.notes).toEqual({ rows: 62, rows_without_value: 0, units: 31 });
  });

  test('of a score that is better when lower improve the other way', async () => {
    const [marked, , , top] = await (await run(scores(arms), { higher_is_better: false })).rows('arms');
    expect([marked?.['improved'], top?.['improved']]).toEqual([false, true]);
    expect(top?.['shift']).toBe(-6);
  });
});

test('19 random removals are the fewest that reach .05', async () => {
  const withRandom = (draws: number) => run(scores({ none: baseline, random: random.slice(0, draws), top: [0] }));
  expect((await withRandom(19)).metrics['smallest_p']).toEqual({ value: 0.05, n: 19, can_ever_reject: true });
  const fewer = await withRandom(18);
  expect(fewer.metrics['smallest_p']).toEqual({
    value: 1 / 19,
    n: 18,
    can_ever_reject: false,
    note: '18 random removals: from 19 on, a p of .05 can be reached',
  });
  expect((await fewer.rows('arms')).at(-1)).toMatchObject({
    arm: 'top',
    units: 1,
    sd: null,
    low: null,
    can_ever_reject: false,
  });
});

test('an arm like the random ones is told from them as seldom as its p says', async () => {
  const runs = await Promise.all(
    Array.from({ length: 60 }, async (_, seed) => {
      const draw = randomStream(seed, 'arms');
      const values = (count: number) => Array.from({ length: count }, () => 50 + draw.normal());
      const result = await run(scores({ none: values(6), random: values(19), top: values(1) }));
      const top = (await result.rows('arms')).find(row => row['arm'] === 'top');
      const { low, high } = result.metrics['random_shift']!;
      return { p: Number(top?.['p']), covers: Number(low) < 0 && Number(high) > 0 };
    }),
  );
  // p is uniform on 1/20 … 20/20: mean .525, standard error .289/√60.
  const mean = runs.reduce((sum, { p }) => sum + p, 0) / runs.length;
  expect(Math.abs(mean - 0.525)).toBeLessThan((3 * 0.289) / Math.sqrt(runs.length));
  expect(runs.filter(({ covers }) => covers).length).toBeGreaterThanOrEqual(52);
});

test('the baseline has an interval over its replicates', async () => {
  const { metrics } = await run(scores({ none: baseline, random, top: [1] }));
  const half = (2.5705818 * Math.SQRT2) / Math.sqrt(6);
  expect(metrics['baseline']).toEqual({
    value: 10,
    n: 6,
    low: expect.closeTo(10 - half, 6),
    high: expect.closeTo(10 + half, 6),
  });
});

test('the order of the rows is nothing to it', async () => {
  const rows = scores({ none: baseline.map(value => value * Math.PI), random, top: [1.1, 2.2, 3.3] });
  expect((await run(shuffled(rows))).outputs).toEqual((await run(rows)).outputs);
});

describe('what cannot be tested', () => {
  const failure = (rows: readonly Row[], given = {}) =>
    failureOf(removalTestBody, {
      with: { column: 'alignment', ...given },
      in: { scores: gathered(axes, columns, rows) },
    });

  test.each([
    {
      given: { baseline: 'no-op' },
      message: '`baseline: no-op` names no arm with scores; `arm` has none, random, top',
    },
    { given: { random: 'chance' }, message: '`random: chance` names no arm with scores; `arm` has none, random, top' },
    {
      given: { draw: 'replicate' },
      message:
        '`draw: replicate`, and the table at the port `scores` has no such column; it has arm, draw, em_seed, alignment',
    },
  ])('$given: says so', async ({ given, message }) => {
    expect(await failure(scores({ none: baseline, random, top: [1] }), given)).toBe(message);
  });
});
