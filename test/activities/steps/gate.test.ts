import { describe, expect, test } from 'vitest';
import { gateOutcomeSchema } from '../../../activities/report/gate-outcome.ts';
import { gateBody } from '../../../activities/steps/gate.ts';
import type { Json } from '../../../schemas/json.ts';
import type { Metric } from '../../../schemas/metric.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { gathered, shuffled, table } from './given-rows.ts';
import type { GivenInput } from './cell-task.ts';
import { failureOf, runBody } from './run-body.ts';

const basics = { name: 'H1', claim: 'it goes up', op: '>', threshold: 0.5 };

const metricsOf = (metric: Metric): GivenInput => ({ json: { rho: metric, other: { value: 1, n: 1 } } as Json });

async function decide(given: { readonly [parameter: string]: Json }, inputs: { readonly [port: string]: GivenInput }) {
  const run = await runBody(gateBody, { with: { ...basics, ...given }, in: inputs });
  const outcome = (await run.json('verdict')) as Record<string, Json>;
  gateOutcomeSchema.parse(outcome);
  return outcome;
}

const scoreColumns = { alignment: 'float64', label: 'utf8' } as const;
const scores = (values: readonly (number | null)[]): Row[] =>
  values.map((alignment, seed) => ({ seed, alignment, label: seed < 2 ? 'early' : 'late' }));
const scoresOf = (values: readonly (number | null)[]) => gathered(['seed'], scoreColumns, scores(values));

describe('a metric', () => {
  test('is decided on with its n, interval and power, all of which the outcome tells', async () => {
    const metric = { value: 0.9, n: 5, low: 0.1, high: 0.99, p: 0.08, can_ever_reject: false, note: 'of 5 units' };
    expect(
      await decide({ value: { metric: 'rho' }, needs: 3, group: 'surface' }, { value: metricsOf(metric) }),
    ).toEqual({
      name: 'H1',
      claim: 'it goes up',
      group: 'surface',
      value: 0.9,
      n: 5,
      low: 0.1,
      high: 0.99,
      op: '>',
      threshold: 0.5,
      needs: 3,
      verdict: 'pass',
      can_ever_reject: false,
      note: 'of 5 units; no outcome of this design could have reached significance',
      parts: [{ port: 'value', value: 0.9, n: 5, note: 'of 5 units' }],
    });
  });

  test.each([
    { metric: { value: 0.9, n: 5 }, needs: 5, verdict: 'pass' },
    { metric: { value: 0.1, n: 5 }, needs: 5, verdict: 'fail' },
    { metric: { value: 0.5, n: 5 }, needs: 5, verdict: 'fail' },
    { metric: { value: 0.9, n: 4 }, needs: 5, verdict: 'inconclusive' },
    { metric: { value: 0.9 }, needs: 1, verdict: 'inconclusive' },
    { metric: { value: 0.9 }, needs: 0, verdict: 'pass' },
    { metric: { value: null, n: 9, note: 'all alike' }, needs: 1, verdict: 'not_estimable' },
  ])('of $metric against > 0.5 with needs $needs is $verdict', async ({ metric, needs, verdict }) => {
    expect(await decide({ value: { metric: 'rho' }, needs }, { value: metricsOf(metric) })).toMatchObject({ verdict });
  });

  test.each([
    ['<', 'fail', 'pass'],
    ['<=', 'pass', 'pass'],
    ['>', 'fail', 'fail'],
    ['>=', 'pass', 'fail'],
    ['==', 'pass', 'fail'],
    ['!=', 'fail', 'pass'],
  ])('compares by %s', async (op, equal, below) => {
    const at = (value: number) => decide({ value: { metric: 'rho' }, op }, { value: metricsOf({ value, n: 1 }) });
    expect(await at(0.5)).toMatchObject({ verdict: equal });
    expect(await at(0.25)).toMatchObject({ verdict: below });
  });

  test('of unknown n says that it does not know', async () => {
    const outcome = await decide({ value: { metric: 'rho' } }, { value: metricsOf({ value: 0.9 }) });
    expect(outcome['n']).toBeNull();
    expect(outcome['note']).toBe('it does not say how many independent units are behind it');
  });

  test('that the cell does not report is an error with those that it does', async () => {
    const inputs = { value: metricsOf({ value: 1, n: 1 }) };
    expect(await failureOf(gateBody, { with: { ...basics, value: { metric: 'rh' } }, in: inputs })).toBe(
      '`value` reads the metric `rh`; it has other, rho',
    );
  });
});

describe('rows', () => {
  test('count as units, and their mean has an interval by t', async () => {
    const outcome = await decide({ value: { column: 'alignment', take: 'mean' } }, { value: scoresOf([1, 2, 3, 4]) });
    expect(outcome).toMatchObject({ value: 2.5, n: 4, note: 'n counts rows', verdict: 'pass' });
    // t(.975, 3) · sd / √4
    const half = (3.182446305 * Math.sqrt(5 / 3)) / 2;
    expect(outcome['low']).toBeCloseTo(2.5 - half, 8);
    expect(outcome['high']).toBeCloseTo(2.5 + half, 8);
  });

  test.each([
    ['median', 2, 3],
    ['min', 1, 3],
    ['max', 6, 3],
    ['sd', Math.sqrt(7), 3],
    ['sum', 9, 3],
    ['count', 3, 3],
    ['first', 6, 1],
  ])('are taken by %s', async (take, value, n) => {
    const outcome = await decide({ value: { column: 'alignment', take } }, { value: scoresOf([6, 1, 2]) });
    expect(outcome).toMatchObject({ value: expect.closeTo(value, 12), n, low: null, high: null });
  });

  test('are those for which `where` holds, over columns and gathered axes', async () => {
    const where = 'label == "late" && seed != 3';
    const outcome = await decide(
      { value: { column: 'alignment', take: 'sum', where } },
      { value: scoresOf([1, 2, 4, 8, 16]) },
    );
    expect(outcome).toMatchObject({ value: 20, n: 2 });
  });

  test('without a number are left out and told', async () => {
    const outcome = await decide({ value: { column: 'alignment', take: 'mean' } }, { value: scoresOf([1, null, 3]) });
    expect(outcome).toMatchObject({ value: 2, n: 2, note: 'n counts rows; 1 row without a number left out' });
  });

  test('of an estimate taken as it stands bring its units and its power', async () => {
    const columns = { method: 'category', p: 'float64', units: 'int32', can_ever_reject: 'bool' } as const;
    const rows = [
      { method: 'pearson', p: 0.2, units: 5, can_ever_reject: true },
      { method: 'spearman', p: 0.1, units: 4, can_ever_reject: false },
    ];
    const quantity = { column: 'p', where: 'method == "spearman"', take: 'first' };
    expect(await decide({ value: quantity, op: '<', needs: 4 }, { value: table(columns, rows) })).toMatchObject({
      value: 0.1,
      n: 4,
      verdict: 'pass',
      can_ever_reject: false,
      note: 'n is the row’s `units`; no outcome of this design could have reached significance',
    });
  });

  test.each([
    { values: [1, 2], quantity: { column: 'alignment', take: 'mean', where: 'seed > 5' }, note: 'none of 2 rows fits' },
    { values: [null, null], quantity: { column: 'alignment', take: 'mean' }, note: 'no mean of 0 numbers' },
    { values: [1], quantity: { column: 'alignment', take: 'sd' }, note: 'no sd of 1 number' },
    { values: [null], quantity: { column: 'alignment', take: 'first' }, note: 'no first of 1 number' },
  ])('that give no number are not estimable: $note', async ({ values, quantity, note }) => {
    const outcome = await decide({ value: quantity }, { value: scoresOf(values) });
    expect(outcome).toMatchObject({ verdict: 'not_estimable', value: null, note });
  });

  test('that never came are not estimable', async () => {
    const none: GivenInput = { axes: ['seed'], artifacts: [] };
    expect(await decide({ value: { column: 'alignment', take: 'mean' } }, { value: none })).toMatchObject({
      verdict: 'not_estimable',
      note: 'what it is read from has no result',
    });
  });

  test('in another order give the same bytes', async () => {
    const quantity = { column: 'alignment', take: 'mean' };
    const rows = scores(Array.from({ length: 40 }, (_, index) => Math.sin(index) * 10 ** (index % 7)));
    const run = (given: readonly Row[]) =>
      runBody(gateBody, {
        with: { ...basics, value: quantity },
        in: { value: gathered(['seed'], scoreColumns, given) },
      });
    expect((await run(shuffled(rows))).outputs).toEqual((await run(rows)).outputs);
  });

  test.each([
    [
      { column: 'alingment', take: 'mean' },
      '`column: alingment`, and the table at the port `value` has no such column; it has seed, alignment, label',
    ],
    [
      { column: 'label', take: 'mean' },
      '`column: label`: a number is wanted, and that column of the table at the port `value` is utf8; the columns of numbers are alignment',
    ],
    [
      { column: 'alignment', take: 'mean', where: 'sead > 2' },
      '`sead > 2`: Unknown variable: sead\n\n>    1 | sead > 2\n         ^\nthe columns are seed, alignment, label',
    ],
  ])('asked for by %o are an error', async (value, message) => {
    expect(await failureOf(gateBody, { with: { ...basics, value }, in: { value: scoresOf([1, 2]) } })).toBe(message);
  });

  test('cannot be read from what is no table', async () => {
    const value = { column: 'alignment', take: 'mean' };
    expect(await failureOf(gateBody, { with: { ...basics, value }, in: { value: { json: {} } } })).toBe(
      '`value` reads rows, and what arrived is no table but json',
    );
  });
});

describe('several parts', () => {
  const quantity = { column: 'alignment', take: 'mean' };

  test('make (value − minus) / divide, on the fewest units, without an interval', async () => {
    const outcome = await decide(
      { value: quantity, minus: quantity, divide: { column: 'alignment', take: 'sd' } },
      { value: scoresOf([8, 10, 12]), minus: scoresOf([3, 5]), divide: scoresOf([0, 2, 4, 6]) },
    );
    expect(outcome).toMatchObject({ value: expect.closeTo(6 / Math.sqrt(20 / 3), 12), n: 2, low: null, high: null });
    expect(outcome['note']).toBe('value: n counts rows; minus: n counts rows; divide: n counts rows');
    expect(outcome['parts']).toEqual([
      { port: 'value', value: 10, n: 3, note: 'n counts rows' },
      { port: 'minus', value: 4, n: 2, note: 'n counts rows' },
      { port: 'divide', value: expect.closeTo(Math.sqrt(20 / 3), 12), n: 4, note: 'n counts rows' },
    ]);
  });

  test('of which one is missing are not estimable', async () => {
    const outcome = await decide(
      { value: quantity, minus: quantity },
      { value: scoresOf([8, 10]), minus: { axes: ['seed'], artifacts: [] } },
    );
    expect(outcome).toMatchObject({
      verdict: 'not_estimable',
      value: null,
      n: null,
      note: 'value: n counts rows; minus: what it is read from has no result',
    });
  });

  test('divided by nothing are not estimable', async () => {
    const outcome = await decide(
      { value: quantity, divide: quantity },
      { value: scoresOf([8, 10]), divide: scoresOf([0]) },
    );
    expect(outcome).toMatchObject({ verdict: 'not_estimable', value: null });
    expect(outcome['note']).toBe('value: n counts rows; divide: n counts rows; its divisor is 0');
  });
});

describe('an absolute value', () => {
  test.each([
    { low: -3, high: -1, expected: { value: 2, low: 1, high: 3 } },
    { low: -3, high: 0.5, expected: { value: 2, low: 0, high: 3 } },
  ])('of [$low, $high] keeps the interval that its numbers have', async ({ low, high, expected }) => {
    const metric = metricsOf({ value: -2, n: 3, low, high });
    expect(await decide({ value: { metric: 'rho' }, absolute: true }, { value: metric })).toMatchObject({
      ...expected,
      verdict: 'pass',
    });
  });
});
