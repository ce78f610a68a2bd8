import { expect, test } from 'vitest';
import { documentHtml } from '../../../activities/report/document-html.ts';
import { tableData } from '../../../activities/report/table-data.ts';
import { tableSection } from '../../../activities/report/table-section.ts';
import { type ReportTable, reportTableSchema } from '../../../schemas/report.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { rowsFrom, scoreColumns, scores } from './rows.ts';

function table(declared: object): ReportTable {
  return reportTableSchema.parse({ from: 'main.score', ...declared });
}

function lines(declared: object, rows = scores) {
  const { headings, lines: all } = tableData(table(declared), rows);
  return [headings, ...all.map(({ values }) => values)];
}

test('rows are shown as they are, or by the columns asked for', () => {
  expect(lines({})[0]).toEqual(['condition', 'seed', 'score', 'questions']);
  expect(lines({ columns: ['score', 'seed'], sort: 'score', descending: true }).slice(0, 3)).toEqual([
    ['score', 'seed'],
    [95.125, '137'],
    [93.6, '42'],
  ]);
});

test('groups have their statistics, and never without n', () => {
  const statistics = {
    mean: { column: 'score', take: 'mean' },
    low: { column: 'score', take: 'ci95_low' },
    high: { column: 'score', take: 'ci95_high' },
    first: { column: 'seed', take: 'first' },
  };
  const [headings, control] = lines({ group_by: ['condition'], statistics });
  expect(headings).toEqual(['condition', 'mean', 'low', 'high', 'first', 'n']);
  // Mean 47.9167, sd 3.7611, t(.975, 2) = 4.302653: half a width of 9.3431.
  expect(control!.map(value => (typeof value === 'number' ? Number(value.toFixed(3)) : value))).toEqual([
    'control',
    47.917,
    38.574,
    57.26,
    '42',
    3,
  ]);
});

test('n stands once where all statistics share it, once a column where they do not, and not beside the study’s own count', () => {
  const mean = { column: 'score', take: 'mean' };
  const most = { column: 'questions', take: 'max' };
  const gap = rowsFrom('main.score', scoreColumns, [
    ...scores.rows.map(row => row.values),
    { condition: 'control', seed: '7', score: null, questions: 48 },
  ]);
  expect(lines({ group_by: ['condition'], statistics: { mean, most } })[0]).toEqual(['condition', 'mean', 'most', 'n']);
  expect(lines({ group_by: ['condition'], statistics: { mean, most } }, gap)).toEqual([
    ['condition', 'mean', 'most', 'n (score)', 'n (questions)'],
    ['control', 47.916666666666664, 48, 3, 4],
    ['good_wrong', expect.closeTo(93.49, 2), 48, 3, 3],
  ]);
  const runs = { column: 'score', take: 'count' };
  expect(lines({ group_by: ['condition'], statistics: { mean, runs } })[0]).toEqual(['condition', 'mean', 'runs']);
});

test('n cannot be left out by naming columns', () => {
  const declared = {
    group_by: ['condition'],
    statistics: { mean: { column: 'score', take: 'mean' } },
    columns: ['mean'],
  };
  expect(lines(declared)[0]).toEqual(['mean', 'n']);
});

test('too few numbers give no value, and say how few', () => {
  const rows = rowsFrom('main.score', scoreColumns, [
    { condition: 'a', seed: '1', score: 2, questions: 1 },
    { condition: 'b', seed: '1', score: null, questions: 1 },
  ]);
  const statistics = { mean: { column: 'score', take: 'mean' }, sd: { column: 'score', take: 'sd' } };
  expect(lines({ group_by: ['condition'], statistics }, rows).slice(1)).toEqual([
    ['a', 2, null, 1],
    ['b', null, null, 0],
  ]);
});

test('sorting puts numbers by size, axes too, and what has no value last', () => {
  const values: Row[] = ['10', '9', null, '2'].map((seed, index) => ({
    condition: 'a',
    seed,
    score: index,
    questions: 1,
  }));
  const rows = rowsFrom('main.score', scoreColumns, values);
  const seeds = (declared: object) =>
    lines({ columns: ['seed'], sort: 'seed', ...declared }, rows)
      .slice(1)
      .flat();
  expect(seeds({})).toEqual(['2', '9', '10', null]);
  expect(seeds({ descending: true })).toEqual(['10', '9', '2', null]);
});

test.each([
  [{ columns: ['scroe'] }, 'The rows have no column `scroe`; they have `condition`, `seed`, `score`, `questions`.'],
  [{ sort: 'scroe' }, 'The rows have no column `scroe`'],
  [{ group_by: ['scroe'], statistics: { a: { column: 'score', take: 'mean' } } }, 'The rows have no column `scroe`'],
  [{ group_by: ['seed'], statistics: { a: { column: 'scroe', take: 'mean' } } }, 'The rows have no column `scroe`'],
  [
    { group_by: ['seed'], statistics: { a: { column: 'score', take: 'mean' } }, sort: 'score' },
    'The rows have no column `score`; they have `seed`, `a`, `n`.',
  ],
])('a column that is not there is named: %j', (declared, message) => {
  expect(() => tableData(table(declared), scores)).toThrow(message);
});

test('every line leads to the cells behind it; one line below the table does where they are the same', () => {
  const raw = tableSection(table({}), scores, 'Scores');
  expect(raw.cells).toEqual(scores.cells);
  const html = documentHtml(raw.blocks);
  for (const { key, name } of scores.cells)
    expect(html).toContain(`<a class="cell" href="#cell-${key.slice(0, 12)}" title="${name}">${key.slice(0, 12)}</a>`);
  const grouped = tableSection(
    table({ group_by: ['condition'], statistics: { mean: { column: 'score', take: 'mean' } } }),
    scores,
    'Scores',
  );
  expect(documentHtml(grouped.blocks)).toContain('<summary>3 cells</summary>');
  expect(grouped.cells).toHaveLength(6);
  const one = { ...scores, rows: scores.rows.map(row => ({ ...row, cell: scores.cells[0]!.key })) };
  const single = documentHtml(tableSection(table({}), one, 'Scores').blocks);
  expect(single.match(/class="cell"/g)).toHaveLength(1);
  expect(single).toMatch(/<div class="caption">From <a class="cell"/);
});

test('a long table is cut with how to get the rest', () => {
  const { blocks, cells } = tableSection(table({ limit: 2 }), scores, 'Scores');
  const html = documentHtml(blocks);
  expect(html.match(/<tr>/g)).toHaveLength(3);
  expect(html).toContain('4 more rows, 6 in all: <code>espalier table main.score --csv</code>.');
  expect(cells).toHaveLength(2);
});

test('2,000 rows of 8 columns stay below a megabyte and are written within two seconds', () => {
  const columns = {
    condition: 'category',
    pipeline_seed: 'category',
    em_seed: 'category',
    alignment: 'float64',
    log_odds: 'float64',
    mass: 'float64',
    questions: 'int32',
    method: 'utf8',
  } as const;
  const values = Array.from({ length: 2000 }, (_, index) => ({
    condition: `condition ${index % 5}`,
    pipeline_seed: String(index % 7),
    em_seed: String(index),
    alignment: (index * 7919) % 100.3,
    log_odds: Math.sin(index),
    mass: Math.cos(index),
    questions: 48,
    method: 'log-prob',
  }));
  const rows = rowsFrom('main.score', columns, values);
  const begin = performance.now();
  const html = documentHtml(tableSection(table({ limit: 2000 }), rows, 'Scores').blocks);
  expect(performance.now() - begin).toBeLessThan(2000);
  expect(html.match(/<tr>/g)).toHaveLength(2001);
  expect(html.length).toBeLessThan(1e6);
});
