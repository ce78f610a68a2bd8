import { describe, expect, test } from 'vitest';
import { cellText } from '../../../activities/rows/cell-text.ts';
import { selectRowsBody } from '../../../activities/steps/select-rows.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { gathered, table } from './given-rows.ts';
import { failureOf, runBody } from './run-body.ts';

const columns = {
  row_id: 'utf8',
  group: 'category',
  n: 'int32',
  score: 'float64',
  planted: 'bool',
  tags: 'utf8[]',
  'odd name': 'utf8',
} as const;

const rows: Row[] = Array.from({ length: 10 }, (_, index) => ({
  row_id: `r${index}`,
  group: index < 4 ? 'g1' : 'g2',
  n: index,
  score: index === 9 ? null : index / 4,
  planted: index % 5 === 3,
  tags: index === 2 ? [] : [`t${index % 2}`],
  'odd name': 'x',
}));

const select = (given: { where?: string; limit?: number }) =>
  runBody(selectRowsBody, { with: given, in: { rows: table(columns, rows) } });
const idsOf = async (given: { where?: string; limit?: number }) =>
  (await (await select(given)).rows('rows')).map(row => cellText(row['row_id']));

describe('the rows kept are those for which the expression holds, in order:', () => {
  test.each([
    ['planted == false', 'r0 r1 r2 r4 r5 r6 r7 r9'],
    ['planted', 'r3 r8'],
    ['group == "g2" && n < 7', 'r4 r5 r6'],
    ['n % 4 == 0', 'r0 r4 r8'],
    ['score != null && score >= 1.75', 'r7 r8'],
    ['score == null', 'r9'],
    ['row_id in ["r7", "r2"]', 'r2 r7'],
    ['"t1" in tags', 'r1 r3 r5 r7 r9'],
    ['size(tags) == 0', 'r2'],
    ['row_id.endsWith("5")', 'r5'],
  ])('%s', async (where, expected) => {
    expect((await idsOf({ where })).join(' ')).toBe(expected);
  });
});

test('a limit keeps the first ones, of those for which the expression holds', async () => {
  expect(await idsOf({ limit: 2 })).toEqual(['r0', 'r1']);
  expect(await idsOf({ where: 'n > 3', limit: 2 })).toEqual(['r4', 'r5']);
  expect(await idsOf({ limit: 99 })).toHaveLength(10);
});

test('every column comes through as it was', async () => {
  const result = await select({ where: 'n == 2 || n == 9' });
  expect(await result.columns('rows')).toEqual(columns);
  expect(await result.rows('rows')).toEqual([rows[2], rows[9]]);
});

test('no rows are a table too', async () => {
  const result = await select({ where: 'false' });
  expect(await result.rows('rows')).toEqual([]);
  expect(await result.columns('rows')).toEqual(columns);
});

test('gathered axes are columns, compared as the numbers and words they are', async () => {
  const axes = ['condition', 'pipeline_seed'];
  const given = ['good', 'evil'].flatMap(condition =>
    [42, 137].map(pipeline_seed => ({ condition, pipeline_seed, row_id: `${condition}-${pipeline_seed}` })),
  );
  const result = await runBody(selectRowsBody, {
    with: { where: 'pipeline_seed == 42 && condition == "evil"' },
    in: { rows: gathered(axes, { row_id: 'utf8' }, given) },
  });
  expect(await result.rows('rows')).toEqual([{ condition: 'evil', pipeline_seed: '42', row_id: 'evil-42' }]);
});

describe('an expression that cannot decide is told:', () => {
  test.each([
    [
      'nothing == 1',
      /`nothing == 1`: .*nothing[\s\S]*the columns are row_id, group, n, score, planted, tags, odd name$/,
    ],
    ['n +', /^`n \+`: /],
    ['n', /^`n` gives 0 where true or false is wanted$/],
    ['score > 1.0', /^`score > 1\.0`: /],
  ])('%s', async (where, message) => {
    expect(await failureOf(selectRowsBody, { with: { where }, in: { rows: table(columns, rows) } })).toMatch(message);
  });
});
