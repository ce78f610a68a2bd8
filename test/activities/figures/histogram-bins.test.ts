import fc from 'fast-check';
import { expect, test } from 'vitest';
import { binWidth } from '../../../activities/figures/histogram-bins.ts';
import { prepareFigure } from '../../../activities/figures/prepared-figure.ts';
import { columnsOf, figure, rowsOf } from './figures.ts';

function bins(values: readonly number[], x: object | string = 'score') {
  const rows = rowsOf(values.map(score => ({ score })));
  return prepareFigure(figure({ kind: 'histogram', x }), rows, columnsOf(rows)).marks;
}

test('every row is in one bin, and within its ends', () => {
  const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(numbers, values => {
      const marks = bins(values);
      expect(marks.reduce((sum, { n }) => sum + n, 0)).toBe(values.length);
      for (const { x, end, y, n, rows } of marks) {
        expect(y).toBe(n);
        // A value on an edge is on it up to rounding.
        const slack = 1e-6 * (Number(end) - Number(x));
        for (const { values: row } of rows) {
          expect(Number(row['score'])).toBeGreaterThanOrEqual(Number(x) - slack);
          expect(Number(row['score'])).toBeLessThan(Number(end) + slack);
        }
      }
    }),
  );
});

test('bins are 1, 2 or 5 times a power of ten wide, five to fifty of them', () => {
  const numbers = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 2, maxLength: 200 });
  fc.assert(
    fc.property(numbers, values => {
      const range = Math.max(...values) - Math.min(...values);
      fc.pre(range > 1e-6);
      const width = binWidth(values);
      const digit = width / 10 ** Math.floor(Math.log10(width * (1 + 1e-9)));
      expect([1, 2, 5]).toContain(Number(digit.toFixed(6)));
      expect(range / width).toBeGreaterThanOrEqual(5 * (1 - 1e-6));
      expect(range / width).toBeLessThanOrEqual(50 * (1 + 1e-6));
    }),
  );
});

test('values on the edges of bins fall into the bin that they begin', () => {
  expect(bins([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]).map(({ x, n }) => [Number(x).toFixed(1), n])).toEqual(
    [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7].map(edge => [edge.toFixed(1), 1]),
  );
});

test('on a logarithmic axis bins are equally wide in logarithms', () => {
  const marks = bins([1, 10, 100, 1000, 10_000], { column: 'score', scale: 'log' });
  const ratios = marks.map(({ x, end }) => Number(end) / Number(x));
  for (const ratio of ratios) expect(ratio).toBeCloseTo(ratios[0]!, 9);
  expect(ratios[0]).toBeGreaterThan(1);
});

test('equal values are one bin', () => {
  expect(bins([3, 3, 3]).map(({ x, end, n }) => [x, end, n])).toEqual([[3, 4, 3]]);
});
