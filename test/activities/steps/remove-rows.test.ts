import { describe, expect, test } from 'vitest';
import { cellText } from '../../../activities/rows/cell-text.ts';
import { removeRowsBody } from '../../../activities/steps/remove-rows.ts';
import type { Json } from '../../../schemas/json.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { shuffled, table } from './given-rows.ts';
import { failureOf, runBody } from './run-body.ts';

const columns = { row_id: 'utf8', group: 'utf8', domain: 'category', planted: 'bool' } as const;
const scoreColumns = { unit_id: 'utf8', weight: 'float64' } as const;

/** Twenty rows in five groups of four: row `i` in group `i mod 5`, in domain a, b or c. */
const rows: Row[] = Array.from({ length: 20 }, (_, index) => ({
  row_id: `r${index}`,
  group: `g${index % 5}`,
  domain: 'abc'[index % 3]!,
  planted: index === 6 || index === 11,
}));

/** Row `i` scores (i − 9.5)·(−1)^i: the largest magnitudes are at both ends of the table. */
const rowScores = rows.map((row, index) => ({ unit_id: row['row_id']!, weight: (index - 9.5) * (-1) ** index }));
const groupScores = [3, -5, 1, 0, 2].map((weight, index) => ({ unit_id: `g${index}`, weight }));

interface Given {
  readonly with: { readonly [parameter: string]: Json };
  readonly scores?: readonly Row[];
  readonly seed?: number;
  readonly rows?: readonly Row[];
}

const options = ({ with: given, scores, seed = 0, rows: own = rows }: Given) => ({
  with: given,
  seeds: { removal: seed },
  in: { rows: table(columns, own), ...(scores === undefined ? {} : { scores: table(scoreColumns, scores) }) },
});

async function remove(given: Given) {
  const result = await runBody(removeRowsBody, options(given));
  const removed = (await result.rows('removed')).map(row => cellText(row['row_id']));
  const left = await result.rows('rows');
  // Whatever the arm: what is left is the rest, unchanged and in order, and the metric counts what is gone.
  expect(left).toEqual((given.rows ?? rows).filter(row => !removed.includes(cellText(row['row_id']))));
  expect(result.metrics).toEqual({ removed: { value: removed.length, n: (given.rows ?? rows).length } });
  return { removed, result };
}

describe('the arm takes what it says:', () => {
  test.each([
    ['none', { arm: 'none', fraction: 0.5 }, undefined, ''],
    ['the highest scores', { arm: 'top', fraction: 0.2 }, rowScores, 'r1 r3 r16 r18'],
    ['the lowest scores', { arm: 'bottom', fraction: 0.2 }, rowScores, 'r0 r2 r17 r19'],
    ['the largest magnitudes', { arm: 'top', fraction: 0.2, rank: 'magnitude' }, rowScores, 'r0 r1 r18 r19'],
    ['the smallest magnitudes', { arm: 'bottom', fraction: 0.2, rank: 'magnitude' }, rowScores, 'r8 r9 r10 r11'],
    ['the highest group, whole', { arm: 'top', fraction: 0.2, by: 'group' }, groupScores, 'r0 r5 r10 r15'],
    [
      'whole groups, rounded up',
      { arm: 'top', fraction: 0.25, by: 'group' },
      groupScores,
      'r0 r4 r5 r9 r10 r14 r15 r19',
    ],
    [
      'the group of largest magnitude',
      { arm: 'top', fraction: 0.05, by: 'group', rank: 'magnitude' },
      groupScores,
      'r1 r6 r11 r16',
    ],
    ['marked rows', { arm: 'marked', mark: 'planted' }, undefined, 'r6 r11'],
  ] as const)('%s', async (...[, given, scores, expected]) => {
    const { removed } = await remove({ with: given, ...(scores === undefined ? {} : { scores }) });
    expect(removed.join(' ')).toBe(expected);
  });

  test.each([
    [0.05, 1],
    [0.07, 2],
    [0.35, 7],
    [0, 0],
  ])('at fraction %d it takes %i of twenty rows', async (fraction, count) => {
    for (const arm of ['top', 'bottom', 'random'])
      expect((await remove({ with: { arm, fraction }, scores: rowScores })).removed).toHaveLength(count);
  });

  test('7 % of a hundred rows is seven, whatever the last bit of the product says', async () => {
    const hundred = Array.from({ length: 100 }, (_, index) => ({ ...rows[0], row_id: `h${index}` }));
    const scores = hundred.map((row, weight) => ({ unit_id: row.row_id, weight }));
    expect(0.07 * 100).toBeGreaterThan(7);
    for (const given of [{ scores }, {}])
      expect((await remove({ with: { arm: 'random', fraction: 0.07 }, rows: hundred, ...given })).removed).toHaveLength(
        7,
      );
    expect((await remove({ with: { arm: 'top', fraction: 0.07 }, rows: hundred, scores })).removed).toHaveLength(7);
  });
});

test('the order of the score table does not matter, not even for equal scores', async () => {
  const equal = rows.map(row => ({ unit_id: row['row_id']!, weight: 1 }));
  for (const scores of [equal, shuffled(equal, 1), shuffled(equal, 2)])
    expect((await remove({ with: { arm: 'top', fraction: 0.1 }, scores })).removed).toEqual(['r0', 'r1']);
});

test('removed rows are listed with their unit, in the order of the rows', async () => {
  const { result } = await remove({ with: { arm: 'top', fraction: 0.2, by: 'group' }, scores: groupScores });
  expect((await result.rows('removed'))[1]).toEqual({ row_id: 'r5', unit_id: 'g0' });
});

describe('random rows', () => {
  test('are as many as the top arm takes, in rows and not in units', async () => {
    const given = { fraction: 0.25, by: 'group' };
    expect((await remove({ with: { arm: 'random', ...given }, scores: groupScores })).removed).toHaveLength(8);
    expect((await remove({ with: { arm: 'random', ...given } })).removed).toHaveLength(5);
  });

  test('are the same for a seed and others for another', async () => {
    const drawn = await Promise.all(
      [1, 1, 2].map(seed => remove({ with: { arm: 'random', fraction: 0.3 }, seed }).then(({ removed }) => removed)),
    );
    expect(drawn[1]).toEqual(drawn[0]);
    expect(drawn[2]).not.toEqual(drawn[0]);
  });

  test('copy the strata of the rows that top takes', async () => {
    const strata = (ids: readonly string[]) =>
      ids
        .map(id => cellText(rows.find(row => row['row_id'] === id)!['domain']))
        .map(String)
        .sort()
        .join('');
    const top = await remove({ with: { arm: 'top', fraction: 0.2 }, scores: rowScores });
    expect(strata(top.removed)).toBe('aabb');
    const draws = await Promise.all(
      Array.from({ length: 30 }, (_, seed) =>
        remove({ with: { arm: 'random', fraction: 0.2, strata: 'domain' }, scores: rowScores, seed }),
      ),
    );
    for (const { removed } of draws) expect(strata(removed)).toBe('aabb');
    // Rows that top takes may be drawn too, and those that it does not are.
    const drawn = new Set(draws.flatMap(({ removed }) => removed));
    expect(drawn.size).toBeGreaterThan(10);
    expect(top.removed.some(id => drawn.has(id))).toBe(true);
  });
});

describe('what an arm lacks is told:', () => {
  test.each([
    ['scores', { with: { arm: 'top' } }, 'the arm `top` needs `scores`: a score for every unit'],
    [
      'scores for strata',
      { with: { arm: 'random', strata: 'domain' } },
      '`strata` needs `scores`: random rows copy the strata of the rows that top takes',
    ],
    [
      'a mark',
      { with: { arm: 'marked' } },
      'the arm `marked` needs `mark`: the bool column that marks the rows to remove',
    ],
    [
      'the marked column',
      { with: { arm: 'marked', mark: 'leaked' } },
      'the rows have no column `leaked`; they have row_id, group, domain, planted',
    ],
    [
      'scores of the same units',
      { with: { arm: 'top', by: 'group' }, scores: rowScores },
      '5 of 5 units have no score, g0 among them: do the scores name units by the same column (`by: group`)?',
    ],
    [
      'a score of every unit',
      { with: { arm: 'bottom' }, scores: rowScores.slice(1) },
      '1 of 20 units have no score, r0 among them: do the scores name units by the same column (`by: row_id`)?',
    ],
    [
      'one score per unit',
      { with: { arm: 'top' }, scores: [...rowScores, rowScores[3]!] },
      'the scores name the unit r3 twice: take one score per unit (select-rows)',
    ],
  ] as const)('%s', async (...[, given, message]) => {
    expect(await failureOf(removeRowsBody, options(given))).toBe(message);
  });

  test('a mark that is no truth value', async () => {
    expect(await failureOf(removeRowsBody, options({ with: { arm: 'marked', mark: 'domain' } }))).toMatch(
      /domain.*bool/,
    );
  });
});
