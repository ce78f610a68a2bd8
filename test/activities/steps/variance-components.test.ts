import { describe, expect, test } from 'vitest';
import { varianceComponentsBody } from '../../../activities/steps/variance-components.ts';
import { randomStream } from '../../../schemas/random.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { pipelineSeeds } from '../../stats/fixtures/pipeline-seeds.ts';
import { gathered, shuffled, table } from './given-rows.ts';
import { type BodyRun, failureOf, runBody } from './run-body.ts';

const axes = ['condition', 'pipeline_seed', 'em_seed'];
const names = { column: 'alignment', condition: 'condition', pipeline: 'pipeline_seed', replicate: 'em_seed' };

const run = (rows: readonly Row[], given = {}) =>
  runBody(varianceComponentsBody, {
    with: { ...names, ...given },
    in: { scores: gathered(axes, { alignment: 'float64' }, rows) },
  });

/** Rows of conditions × pipelines × replicates. */
const nested = (values: { readonly [condition: string]: readonly (readonly (number | null)[])[] }): Row[] =>
  Object.entries(values).flatMap(([condition, pipelines]) =>
    pipelines.flatMap((replicates, pipeline) =>
      replicates.map((alignment, em_seed) => ({ condition, pipeline_seed: pipeline, em_seed, alignment })),
    ),
  );

async function line(result: BodyRun, analysis: string, source: string): Promise<Row> {
  const rows = await result.rows('anova');
  const found = rows.find(row => row['analysis'] === analysis && row['source'] === source);
  if (found === undefined) throw new Error(`no ${analysis} ${source}`);
  return found;
}

const close = (value: number, digits = 8) => expect.closeTo(value, digits);

describe('a small nested design by hand', () => {
  const hand = nested({
    a: [
      [1, 3],
      [5, 7],
    ],
    b: [
      [10, 12],
      [10, 16],
    ],
  });

  test('has the mean squares, components and shares of the formulas', async () => {
    const result = await run(hand);
    expect(await line(result, 'nested', 'condition')).toEqual({
      analysis: 'nested',
      source: 'condition',
      df: 1,
      ss: 128,
      ms: 128,
      f: close(12.8),
      p: close(1 - Math.sqrt(12.8 / 14.8)),
      n: 8,
    });
    expect(await line(result, 'nested', 'pipeline')).toMatchObject({
      df: 2,
      ms: 10,
      f: close(5 / 3),
      p: close((1 + 5 / 6) ** -2),
    });
    expect(await line(result, 'nested', 'replicate')).toMatchObject({ df: 4, ms: 6, f: null, p: null });
    expect(await result.rows('components')).toMatchObject([
      { source: 'condition', variance: 29.5, raw_variance: 29.5, share: close(29.5 / 37.5), df: 1, levels: 2 },
      { source: 'pipeline', variance: 2, raw_variance: 2, share: close(2 / 37.5), df: 2, levels: 4 },
      { source: 'replicate', variance: 6, raw_variance: 6, share: close(6 / 37.5), df: 4, levels: 8 },
    ]);
    expect(result.metrics['pipeline_over_condition']).toMatchObject({ value: close(2 / 29.5), n: 4 });
    expect(result.metrics['pipeline_share']).toMatchObject({ value: close(2 / 31.5), n: 4 });
    expect(result.metrics['icc']).toMatchObject({ value: close(59 / 69), n: 4 });
  });

  test('takes its pipelines as units, and says where replicates are taken instead', async () => {
    const { metrics, notes } = await run(hand);
    // 128 / ((20 + 24) / 6) over all rows; 64 / 5 over the means.
    expect(metrics['f']).toMatchObject({
      value: close(128 / (44 / 6)),
      n: 4,
      note: 'takes 8 replicates as independent; n counts their pipelines',
    });
    expect(metrics['f_units']).toMatchObject({ value: close(12.8), n: 4 });
    expect(metrics['eta_squared']?.value).toBeCloseTo(128 / 172, 8);
    expect(notes).toEqual({ rows: 8, rows_refused: 0, rows_without_value: 0, replicates: 8, units: 4, balanced: true });
  });

  test('has conditions with intervals over pipelines', async () => {
    const rows = await (await run(hand)).rows('conditions');
    // t(.975, 1) = 12.7062
    expect(rows).toEqual([
      {
        condition: 'a',
        mean: 4,
        sd: close(Math.sqrt(8)),
        low: close(4 - 12.7062047 * 2, 5),
        high: close(4 + 12.7062047 * 2, 5),
        units: 2,
        rows: 4,
      },
      {
        condition: 'b',
        mean: 12,
        sd: close(Math.sqrt(2)),
        low: close(12 - 12.7062047, 5),
        high: close(12 + 12.7062047, 5),
        units: 2,
        rows: 4,
      },
    ]);
  });
});

describe('published scores of five conditions and three pipeline seeds', () => {
  const rows = pipelineSeeds.map(({ condition, seed, alignment, arc }) => ({ condition, seed, alignment, arc }));
  const analysed = (column: string) =>
    runBody(varianceComponentsBody, {
      with: { column, condition: 'condition', pipeline: 'seed' },
      in: { scores: gathered(['condition', 'seed'], { alignment: 'float64', arc: 'float64' }, rows) },
    });

  test('show no difference of alignment between conditions, and one between seeds', async () => {
    const result = await analysed('alignment');
    const { metrics } = result;
    expect(await line(result, 'units', 'condition')).toMatchObject({
      df: 4,
      f: close(0.5371718, 6),
      p: close(0.71204915, 6),
      n: 15,
    });
    expect(metrics['icc']).toMatchObject({
      value: close(-0.18241894, 6),
      low: close(-0.41494933, 6),
      high: close(0.55560055, 6),
      n: 15,
    });
    expect(metrics['eta_squared']?.value).toBeCloseTo(0.17686579, 6);
    expect(metrics['omega_squared']?.value).toBeCloseTo(-0.1407983, 6);
    expect(await line(result, 'blocked', 'condition')).toMatchObject({ f: close(1.069, 3), p: close(0.432, 3) });
    expect(await line(result, 'blocked', 'pipeline')).toMatchObject({ df: 2, f: close(5.949, 3), p: close(0.026, 3) });
    expect(metrics['friedman']).toMatchObject({ p: close(0.48296482, 6), can_ever_reject: true });
    const components = await result.rows('components');
    expect(components.map(row => row['raw_variance'])).toEqual([close(-1.2318817, 6), close(7.9849174, 6)]);
    expect(components.map(row => row['variance'])).toEqual([0, close(7.9849174, 6)]);
    expect(metrics['pipeline_over_condition']).toMatchObject({
      value: null,
      note: 'no variance between conditions is left: see `pipeline_share`',
    });
    expect(metrics['pipeline_share']).toMatchObject({
      value: 1,
      note: 'no replicates: the variance between pipelines contains theirs',
    });
  });

  test('show a difference of capability between conditions', async () => {
    const result = await analysed('arc');
    expect(result.metrics['f_units']).toMatchObject({ value: close(4.271, 3), p: close(0.0285, 4) });
    expect(result.metrics['icc']?.value).toBeCloseTo(0.522, 3);
    expect(result.metrics['f_blocked']).toMatchObject({ value: close(5.7866502, 5), p: close(0.017289889, 6) });
    expect(await line(result, 'blocked', 'pipeline')).toMatchObject({
      f: close(2.7748713, 5),
      p: close(0.12151664, 6),
    });
    expect(result.metrics['friedman']?.p).toBeCloseTo(0.042734567, 6);
  });
});

test('three groups by hand have the ANOVA of the books', async () => {
  const values = { x: [[1, 2, 3]], y: [[2, 4, 6]], z: [[5, 6, 10]] };
  const result = await runBody(varianceComponentsBody, {
    with: { column: 'alignment', condition: 'condition' },
    in: { scores: gathered(axes, { alignment: 'float64' }, nested(values)) },
  });
  expect(await line(result, 'rows', 'condition')).toMatchObject({
    df: 2,
    f: close(4.75),
    p: close(0.058004095, 7),
    n: 9,
  });
  expect(result.metrics['omega_squared']?.value).toBeCloseTo(0.45454545, 7);
  expect(result.metrics['icc']).toMatchObject({
    value: close(0.55555556, 7),
    low: close(-0.13024874, 6),
    high: close(0.98411222, 6),
    n: 9,
  });
  expect((await result.rows('components')).map(row => [row['source'], row['raw_variance']])).toEqual([
    ['condition', close(5)],
    ['replicate', close(4)],
  ]);
  expect(result.metrics['pipeline_share']).toMatchObject({ value: null, note: 'no axis names pipelines' });
});

/** Conditions, pipelines and replicates with the given standard deviations. */
function simulated(
  sd: { readonly condition: number; readonly pipeline: number; readonly replicate: number },
  seed: number,
): Row[] {
  const draw = randomStream(seed, 'simulated');
  const conditions = ['c0', 'c1', 'c2', 'c3', 'c4'];
  return nested(
    Object.fromEntries(
      conditions.map(condition => {
        const own = sd.condition * draw.normal();
        const pipelines = Array.from({ length: 3 }, () => {
          const of = own + sd.pipeline * draw.normal();
          return Array.from({ length: 4 }, () => of + sd.replicate * draw.normal());
        });
        return [condition, pipelines];
      }),
    ),
  );
}

test('a planted difference of conditions is found at its own level', async () => {
  const { metrics } = await run(simulated({ condition: 10, pipeline: 1, replicate: 1 }, 3));
  expect(metrics['f_units']?.p).toBeLessThan(0.001);
  expect(metrics['icc']?.low).toBeGreaterThan(0.5);
  expect(metrics['pipeline_share']?.value).toBeLessThan(0.1);
});

test('pipelines that differ pass for conditions over all rows, and not over their means', async () => {
  const result = await run(simulated({ condition: 0, pipeline: 3, replicate: 0.5 }, 5));
  expect(result.metrics['f']?.p).toBeLessThan(0.01);
  expect(result.metrics['f_units']?.p).toBeGreaterThan(0.05);
  expect((await line(result, 'nested', 'pipeline'))['p']).toBeLessThan(1e-6);
  expect(result.metrics['pipeline_share']?.value).toBeGreaterThan(0.5);
  expect(result.metrics['pipeline_share']?.high).toBe(1);
});

describe('a design with gaps', () => {
  const full = simulated({ condition: 2, pipeline: 1, replicate: 1 }, 7);
  const gone = full.filter(row => !(row['condition'] === 'c1' && row['pipeline_seed'] === 2));

  test('is analysed with the cells that it has, and not as blocks', async () => {
    const result = await run([...gone.slice(1), { ...full[0]!, alignment: null }]);
    expect(result.notes).toMatchObject({ rows: 55, rows_without_value: 1, units: 14, balanced: false });
    expect((await result.rows('anova')).map(row => row['analysis'])).not.toContain('blocked');
    expect(result.metrics['f_blocked']).toMatchObject({
      value: null,
      note: 'the conditions do not share two pipelines or more',
    });
    expect((await result.rows('components')).every(row => typeof row['variance'] === 'number')).toBe(true);
  });

  test('without replicates has no nested analysis', async () => {
    const result = await run(full.filter(row => row['em_seed'] === 0));
    expect(new Set((await result.rows('anova')).map(row => row['analysis']))).toEqual(
      new Set(['rows', 'units', 'blocked']),
    );
    expect((await result.rows('components')).map(row => row['source'])).toEqual(['condition', 'pipeline']);
    expect(result.metrics['f']?.value).toBeCloseTo(Number(result.metrics['f_units']?.value), 10);
  });

  test('of one condition still has its pipelines’ variance', async () => {
    const result = await run(full.filter(row => row['condition'] === 'c0'));
    expect(result.metrics['f']).toMatchObject({ value: null, note: 'one condition has nothing to compare' });
    expect((await result.rows('components'))[1]).toMatchObject({ source: 'pipeline', df: 2, levels: 3 });
    expect(await result.rows('pairwise')).toEqual([]);
  });
});

test('a variance on two degrees of freedom is known within a factor of .27 to 39.5', async () => {
  const { condition } = pipelineSeeds[0]!;
  const rows = pipelineSeeds
    .filter(row => row.condition === condition)
    .map(({ seed, alignment }) => ({ condition, seed, alignment }));
  const result = await runBody(varianceComponentsBody, {
    with: { column: 'alignment', condition: 'condition', pipeline: 'seed' },
    in: { scores: gathered(['condition', 'seed'], { alignment: 'float64' }, rows) },
  });
  const [, pipelines] = await result.rows('components');
  const variance = Number(pipelines?.['variance']);
  expect(pipelines).toMatchObject({ source: 'pipeline', df: 2, levels: 3 });
  expect(Number(pipelines?.['low']) / variance).toBeCloseTo(0.27108503, 6);
  expect(Number(pipelines?.['high']) / variance).toBeCloseTo(39.49789, 4);
});

test('rows of one replicate are averaged before anything else', async () => {
  const columns = { domain: 'utf8', alignment: 'float64' } as const;
  const rows = simulated({ condition: 1, pipeline: 1, replicate: 1 }, 8);
  const byDomain = rows.flatMap(row =>
    ['geo', 'zoo'].map((domain, index) => ({
      ...row,
      domain,
      alignment: Number(row['alignment']) + (index === 0 ? 1 : -1),
    })),
  );
  const averaged = await runBody(varianceComponentsBody, {
    with: names,
    in: { scores: gathered(axes, columns, byDomain) },
  });
  const plain = await run(rows);
  expect(averaged.notes).toMatchObject({ rows: 120, replicates: 60, units: 15 });
  expect(averaged.metrics['f_units']?.value).toBeCloseTo(Number(plain.metrics['f_units']?.value), 10);
  const filtered = await runBody(varianceComponentsBody, {
    with: { ...names, where: 'domain == "geo"' },
    in: { scores: gathered(axes, columns, byDomain) },
  });
  expect(filtered.notes).toMatchObject({ rows: 60, rows_refused: 60 });
});

test('pairs of conditions are compared over pipelines, and adjusted', async () => {
  const result = await run(simulated({ condition: 10, pipeline: 1, replicate: 1 }, 3));
  const pairs = await result.rows('pairwise');
  expect(pairs).toHaveLength(10);
  for (const pair of pairs) {
    expect(pair).toMatchObject({ units_a: 3, units_b: 3 });
    expect(Number(pair['p_holm'])).toBeGreaterThanOrEqual(Number(pair['p']));
    expect(Number(pair['low'])).toBeLessThan(Number(pair['difference']));
  }
});

test('the range over the median sd comes with its null', async () => {
  const { metrics } = await run(simulated({ condition: 0, pipeline: 1, replicate: 1 }, 11));
  expect(metrics['range_ratio']?.p).toBeGreaterThan(0.05);
  expect(metrics['range_ratio']?.note).toMatch(/^no effect size: without any difference it is \d\.\d\d on average$/);
});

test('the order of the rows is nothing to it, and the bytes are the same every time', async () => {
  const rows = simulated({ condition: 1, pipeline: 1, replicate: 1 }, 13).slice(3);
  const [one, same, other] = [await run(rows), await run(rows), await run(shuffled(rows))];
  expect(same.outputs).toEqual(one.outputs);
  expect(other.outputs).toEqual(one.outputs);
});

describe('what cannot be analysed', () => {
  const scores = gathered(axes, { alignment: 'float64' }, simulated({ condition: 1, pipeline: 1, replicate: 1 }, 1));
  test.each([
    [
      { pipeline: 'pipeline' },
      '`pipeline: pipeline`, and the table at the port `scores` has no such column; it has condition, pipeline_seed, em_seed, alignment',
    ],
    [{ where: 'em_seed > 9' }, 'no row has a number in `alignment`: `where` refuses 60, and 0 have none'],
  ])('%o: says so', async (given, message) => {
    expect(await failureOf(varianceComponentsBody, { with: { ...names, ...given }, in: { scores } })).toBe(message);
  });

  test('a row that belongs to no condition: says which', async () => {
    const rows = [
      { condition: 'a', alignment: 1 },
      { condition: null, alignment: 2 },
    ];
    const input = table({ condition: 'utf8', alignment: 'float64' }, rows);
    expect(
      await failureOf(varianceComponentsBody, {
        with: { column: 'alignment', condition: 'condition' },
        in: { scores: input },
      }),
    ).toBe(
      'row 2 of the table at the port `scores` has no value in `condition`, which names what it belongs to: fill it in, or leave such rows out (`select-rows`)',
    );
  });
});
