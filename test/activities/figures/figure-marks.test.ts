import { expect, test } from 'vitest';
import { markOffsets } from '../../../activities/figures/mark-offsets.ts';
import { prepareFigure } from '../../../activities/figures/prepared-figure.ts';
import { ReportProblem } from '../../../activities/report/report-problem.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { columnsOf, figure, rowsOf, scores } from './figures.ts';

function prepare(declared: object, values: readonly Row[] = scores) {
  const rows = rowsOf(values);
  return prepareFigure(figure(declared), rows, columnsOf(rows));
}

const places = ({ marks }: ReturnType<typeof prepare>) => marks.map(({ x, y, n }) => [x, y, n]);

test('rows that share x, color and facet become one', () => {
  const prepared = prepare({ kind: 'bars', x: 'condition', y: 'score', take: 'mean' });
  expect(places(prepared)).toEqual([
    ['control', 4.5, 6],
    ['evil', 14.5, 6],
  ]);
  expect(
    prepare({ kind: 'bars', x: 'condition', y: 'score', facet: 'stage', take: 'max' }).marks.map(mark => [
      mark.x,
      mark.facet,
      mark.y,
    ]),
  ).toEqual([
    ['control', 'before', 3],
    ['control', 'after', 8],
    ['evil', 'before', 13],
    ['evil', 'after', 18],
  ]);
});

test.each([
  // t(.975, 2) = 4.302653; sd of 1, 2, 3 is 1.
  ['ci95', 2 - 4.302653 / Math.sqrt(3), 2 + 4.302653 / Math.sqrt(3)],
  ['sd', 1, 3],
  ['range', 1, 3],
])('the spread %s is taken from the rows behind the mark', (spread, low, high) => {
  const { marks } = prepare({ kind: 'interval', x: 'condition', y: 'score', take: 'mean', spread }, scores.slice(0, 3));
  expect(marks[0]!.low).toBeCloseTo(low, 5);
  expect(marks[0]!.high).toBeCloseTo(high, 5);
});

test('a whisker whose ends are not known is not drawn, and that is said', () => {
  const { marks, omissions } = prepare(
    { kind: 'interval', x: 'condition', y: 'score', take: 'mean', spread: 'ci95' },
    scores.slice(0, 7),
  );
  expect(marks.map(mark => mark.low !== undefined)).toEqual([true, false]);
  expect(omissions).toEqual(['1 mark without a whisker: its ends are not known.']);
});

test('columns can give a whisker’s ends, for one row a place', () => {
  const rows = [
    { arm: 'top', shift: -3, low: -5, high: -1 },
    { arm: 'none', shift: 0, low: null, high: null },
  ];
  const { marks } = prepare({ kind: 'interval', x: 'shift', y: 'arm', low: 'low', high: 'high' }, rows);
  expect(marks.map(({ low, high }) => [low, high])).toEqual([
    [-5, -1],
    [undefined, undefined],
  ]);
  const doubled = [...rows, { arm: 'top', shift: -4, low: -6, high: -2 }];
  expect(() =>
    prepare({ kind: 'interval', x: 'arm', y: 'shift', take: 'mean', low: 'low', high: 'high' }, doubled),
  ).toThrow(/2 rows share a place.*give the whisker as `spread`/);
});

test.each([
  [
    'a null',
    { kind: 'points', x: 'condition', y: 'score' },
    [{ condition: null, score: 1 }],
    '1 row without a value in `condition`.',
  ],
  [
    'NaN',
    { kind: 'points', x: 'condition', y: 'score' },
    [{ condition: 'a', score: Number.NaN }],
    '1 row without a number in `score`.',
  ],
  [
    'a zero on a logarithm',
    { kind: 'points', x: 'condition', y: { column: 'score', scale: 'log' } },
    [{ condition: 'a', score: 0 }],
    '1 row without a number above 0, as a logarithmic axis needs, in `score`.',
  ],
  [
    'what lies beyond',
    { kind: 'points', x: 'condition', y: { column: 'score', domain: [0, 10] } },
    [{ condition: 'a', score: 11 }],
    '1 mark beyond the ends that the study gives its axes.',
  ],
  [
    'numbers behind a mean',
    { kind: 'bars', x: 'condition', y: 'score', take: 'mean' },
    [{ condition: 'control', score: null }],
    '1 row without a number in `score`.',
  ],
  [
    'what a histogram cannot use',
    { kind: 'histogram', x: 'score', take: 'mean' },
    [],
    '`take` means nothing for a histogram and is not used.',
  ],
] as const)('%s is left out aloud', (_, declared, extra, omission) => {
  expect(prepare(declared, [{ condition: 'control', score: 1 }, ...extra]).omissions).toEqual([omission]);
});

test.each([
  [
    'a column that is not there',
    { kind: 'points', x: 'conditoin', y: 'score' },
    'The rows have no column `conditoin`; they have `condition`, `stage`, `seed`, `score`, `layer`.',
  ],
  [
    'text for a height',
    { kind: 'bars', x: 'condition', y: 'stage' },
    '`y: stage` holds text; bars need numbers there, or in `x`.',
  ],
  ['a line of text', { kind: 'lines', x: 'layer', y: 'stage' }, '`y: stage` holds text; lines need numbers there.'],
])('%s is refused with what to do', (_, declared, message) => {
  expect(() => prepare(declared)).toThrow(new ReportProblem(message));
});

test('axes that are written as text count as numbers where a line or a scale asks for numbers', () => {
  const rows = [
    { subset: '2', score: 1 },
    { subset: '10', score: 2 },
  ];
  expect(places(prepare({ kind: 'points', x: 'subset', y: 'score' }, rows))).toEqual([
    ['2', 1, 1],
    ['10', 2, 1],
  ]);
  expect(places(prepare({ kind: 'lines', x: 'subset', y: 'score' }, rows))).toEqual([
    [2, 1, 1],
    [10, 2, 1],
  ]);
  const scaled = prepare({ kind: 'points', x: { column: 'subset', scale: 'log' }, y: 'score' }, rows);
  expect(scaled.dimensions.x.kind).toBe('numeric');
});

test('values are drawn in the order of `sort`, numbers by size, others as they come', () => {
  const values = (declared: object, rows: readonly Row[]) => {
    const { x } = prepare({ kind: 'bars', y: 'score', take: 'mean', ...declared }, rows).dimensions;
    return x.kind === 'discrete' ? x.values : [];
  };
  const rows = [10, 2, 1].map(layer => ({ layer, score: 1, arm: `arm ${layer}` }));
  expect(values({ x: 'layer' }, rows)).toEqual(['1', '2', '10']);
  expect(values({ x: 'arm' }, rows)).toEqual(['arm 10', 'arm 2', 'arm 1']);
  expect(values({ x: { column: 'arm', sort: ['arm 1', 'arm 7'] } }, rows)).toEqual(['arm 1', 'arm 10', 'arm 2']);
});

test('no more than thirty panels are drawn, and how many are not is said', () => {
  const rows = Array.from({ length: 40 }, (_, index) => ({ subset: `s${index}`, score: index, arm: 'a' }));
  const { dimensions, marks, omissions } = prepare({ kind: 'points', x: 'arm', y: 'score', facet: 'subset' }, rows);
  expect([dimensions.facet?.values.length, marks.length, omissions]).toEqual([
    30,
    30,
    ['10 of 40 panels of `subset`.'],
  ]);
});

test('marks of one lane never hide each other, and lanes keep apart', () => {
  const rows = Array.from({ length: 300 }, (_, index) => ({
    condition: index % 2 ? 'a' : 'b',
    stage: index % 3 ? 'x' : 'y',
    score: 1,
  }));
  const prepared = prepare(
    { kind: 'points', x: 'condition', y: 'score', color: { column: 'stage', sort: ['x', 'y'] } },
    rows,
  );
  const offsets = markOffsets(prepared);
  const lane = (condition: string, stage: string) =>
    offsets.filter((_, index) => prepared.marks[index]!.x === condition && prepared.marks[index]!.color === stage);
  for (const condition of ['a', 'b']) {
    const [x, y] = [lane(condition, 'x'), lane(condition, 'y')];
    expect(new Set([...x, ...y]).size).toBe(150);
    expect(Math.max(...x)).toBeLessThan(Math.min(...y));
  }
  expect(Math.max(...offsets.map(Math.abs))).toBeLessThan(0.5);
  expect(markOffsets(prepared)).toEqual(offsets);
});

test('a colour for each category makes no lanes', () => {
  const rows = [
    { arm: 'a', planted: true, score: 1 },
    { arm: 'b', planted: false, score: 2 },
  ];
  expect(markOffsets(prepare({ kind: 'bars', x: 'arm', y: 'score', color: 'planted' }, rows))).toEqual([0, 0]);
});
