import { describe, expect, test } from 'vitest';
import { cellText } from '../../../activities/rows/cell-text.ts';
import { subsetRowsBody } from '../../../activities/steps/subset-rows.ts';
import type { Json } from '../../../schemas/json.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { table } from './given-rows.ts';
import { failureOf, runBody } from './run-body.ts';

const columns = { row_id: 'utf8', text: 'utf8', group: 'utf8' } as const;

/** Groups of 1, 2, 3, … rows in turn, their rows apart from each other. */
function grouped(groups: number): Row[] {
  return Array.from({ length: groups }, (_, round) => round).flatMap(round =>
    Array.from({ length: groups - round }, (_, index) => {
      const group = `g${round + index}`;
      return { row_id: `${group}-${round}`, text: `text ${round} ${index}`, group };
    }),
  );
}

const single = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({ row_id: `r${index}`, text: `t${index}`, group: 'g' }));

const subset = (rows: readonly Row[], given: { readonly [parameter: string]: Json }, seed = 0) =>
  runBody(subsetRowsBody, { with: given, seeds: { subset: seed }, in: { rows: table(columns, rows) } });

const keptOf = async (rows: readonly Row[], given: { readonly [parameter: string]: Json }, seed = 0) =>
  (await (await subset(rows, given, seed)).rows('rows')).map(row => cellText(row['row_id']));

test.each([
  [10, 0.5, 5],
  [7, 0.5, 4],
  [10, 0.04, 0],
  [10, 0.05, 1],
  [480, 0.05, 24],
  [3, 0.99, 3],
])(
  'of %i rows a fixed draw at %d keeps exactly %i, in order, and the mask says which',
  async (count, fraction, kept) => {
    const rows = single(count);
    if (kept === 0) {
      const options = { with: { fraction }, in: { rows: table(columns, rows) } };
      expect(await failureOf(subsetRowsBody, options)).toBe(
        `none of the ${count} units was kept at fraction ${fraction}: raise it, or make smaller units`,
      );
      return;
    }
    const result = await subset(rows, { fraction });
    const left = await result.rows('rows');
    expect(left).toHaveLength(kept);
    expect(left).toEqual(rows.filter(row => left.some(each => each['row_id'] === row['row_id'])));
    expect(await result.rows('mask')).toEqual(
      rows.map(row => ({
        unit_id: row['row_id'],
        kept: left.some(each => each['row_id'] === row['row_id']),
        rows: 1,
      })),
    );
    expect(result.notes).toEqual({ units: count, kept, rows: kept });
  },
);

test('a group is kept whole or not at all', async () => {
  const rows = grouped(12);
  for (const draw of ['fixed', 'bernoulli']) {
    const result = await subset(rows, { by: 'group', draw }, 3);
    const kept = new Set((await result.rows('rows')).map(row => row['row_id']));
    const mask = await result.rows('mask');
    expect(mask).toHaveLength(12);
    for (const { unit_id: unit, kept: whole, rows: size } of mask) {
      const own = rows.filter(row => row['group'] === unit);
      expect(own).toHaveLength(Number(size));
      expect(own.filter(row => kept.has(row['row_id']))).toHaveLength(whole ? own.length : 0);
    }
    if (draw === 'fixed') expect(mask.filter(unit => unit['kept'])).toHaveLength(6);
  }
});

test('the same seed draws the same subset, another seed another, and the two draws differ', async () => {
  const rows = single(60);
  const [first, again, other, bernoulli] = await Promise.all([
    keptOf(rows, {}, 1),
    keptOf(rows, {}, 1),
    keptOf(rows, {}, 2),
    keptOf(rows, { draw: 'bernoulli' }, 1),
  ]);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  expect(bernoulli).not.toEqual(first);
});

describe('over many seeds', () => {
  const rows = single(20);
  const draws = 200;
  const countsOf = async (draw: string) => {
    const kept = await Promise.all(
      Array.from({ length: draws }, (_, seed) => keptOf(rows, { fraction: 0.3, draw }, seed)),
    );
    return { kept, perRow: rows.map(row => kept.filter(ids => ids.includes(cellText(row['row_id']))).length) };
  };

  test('a Bernoulli draw keeps each row with its probability, and sizes vary as a binomial does', async () => {
    const { kept, perRow } = await countsOf('bernoulli');
    // Five standard deviations of a binomial of 200 at 0.3 are 32.4.
    for (const count of perRow) expect(Math.abs(count - 60)).toBeLessThan(33);
    const sizes = kept.map(ids => ids.length);
    const mean = sizes.reduce((sum, size) => sum + size, 0) / draws;
    const variance = sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / (draws - 1);
    expect(Math.abs(mean - 6)).toBeLessThan(0.75);
    expect(variance).toBeGreaterThan(2.4);
    expect(variance).toBeLessThan(6.6);
  });

  test('a fixed draw keeps each row as often, and always as many', async () => {
    const { kept, perRow } = await countsOf('fixed');
    for (const count of perRow) expect(Math.abs(count - 60)).toBeLessThan(33);
    expect(new Set(kept.map(ids => ids.length))).toEqual(new Set([6]));
  });
});

describe('what cannot be drawn from is told:', () => {
  const failing = (rows: readonly Row[], given = {}) =>
    failureOf(subsetRowsBody, { with: given, in: { rows: table(columns, rows) } });

  test('a column that is not there', async () => {
    expect(await failing(single(3), { by: 'cluster' })).toBe(
      'the rows have no column `cluster`; they have row_id, text, group',
    );
  });

  test('a row id twice', async () => {
    expect(await failing([...single(3), ...single(1)])).toBe(
      'the row id `r0` stands in rows 1 and 4: ids must be unique, so that units can be told apart',
    );
  });

  test('a row without a group', async () => {
    expect(await failing([...single(2), { row_id: 'r2', text: 't', group: null }], { by: 'group' })).toBe(
      'row 3 has no plain value in `group`, which names its unit',
    );
  });
});
