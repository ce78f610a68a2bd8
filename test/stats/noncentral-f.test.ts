import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { fUpperTail } from '../../stats/distributions.ts';
import { noncentralFCdf, noncentralityInterval } from '../../stats/noncentral-f.ts';
import { oneWayAnova } from '../../stats/one-way-anova.ts';

test.each([
  // f, between, within, noncentrality, P(F ≤ f) by SciPy
  [4.75, 2, 6, 3, 0.7653319008637832],
  [27.37, 4, 45, 120, 0.31984111210558386],
  [0.5, 4, 10, 1.5, 0.16265512067089358],
  [3, 1.5, 8.2, 40, 7.607289385938355e-5],
  [500, 4, 45, 2500, 0.1250606999761616],
])(
  'P(F ≤ %f) on %f and %f degrees of freedom at noncentrality %f is known',
  (...[f, between, within, noncentrality, p]) => {
    expect(noncentralFCdf(f, { between, within, noncentrality }) / p).toBeCloseTo(1, 9);
  },
);

test('without noncentrality it is F, and more of it moves the mass up', () => {
  expect(noncentralFCdf(2.5, { between: 3, within: 7, noncentrality: 0 })).toBeCloseTo(1 - fUpperTail(2.5, 3, 7), 13);
  const at = (noncentrality: number) => noncentralFCdf(2.5, { between: 3, within: 7, noncentrality });
  expect(at(1)).toBeLessThan(at(0));
  expect(at(50)).toBeLessThan(at(1));
  expect(noncentralFCdf(0, { between: 3, within: 7, noncentrality: 2 })).toBe(0);
  expect(noncentralFCdf(1, { between: 3, within: 0, noncentrality: 2 })).toBeNaN();
});

test('the interval of the noncentrality puts F at its tails, and is cut at 0', () => {
  const { low, high } = noncentralityInterval(4.998, { between: 4, within: 45 }, 0.95);
  expect(low).toBeCloseTo(2.971473374408236, 8);
  expect(high).toBeCloseTo(40.25384779589381, 8);
  expect(noncentralityInterval(0.5, { between: 4, within: 45 }, 0.95).low).toBe(0);
  expect(noncentralityInterval(0.01, { between: 4, within: 45 }, 0.95)).toEqual({ low: 0, high: 0 });
  expect(noncentralityInterval(Number.NaN, { between: 4, within: 45 }, 0.95).low).toBeNaN();
});

test('an enormous F is answered at once, and the two ways of answering meet', () => {
  const df = { between: 4, within: 10 };
  const [summed, approximated] = [24_999, 25_001].map(f => noncentralityInterval(f, df, 0.95));
  expect(approximated!.low / summed!.low).toBeCloseTo(1, 2);
  expect(approximated!.high / summed!.high).toBeCloseTo(1, 2);
  expect(noncentralityInterval(1e28, df, 0.95).low).toBeGreaterThan(1e27);
  const nearlyEqual = oneWayAnova(
    ['a', 'b'].flatMap((group, index) => [0, 1e-15, 0].map(value => ({ group, value: index + value }))),
  );
  expect(nearlyEqual.effectInterval.low).toBeGreaterThan(0.999);
});

test('the interval of the share of variance covers it', () => {
  const stream = randomStream(1, 'effect');
  const means = [0, 0.5, 1];
  // Population share: variance of the means over itself plus 1.
  const truth = 1 / 6 / (1 / 6 + 1);
  const runs = 300;
  let covered = 0;
  for (let run = 0; run < runs; run++) {
    const rows = means.flatMap(mean =>
      Array.from({ length: 8 }, () => ({ group: `${mean}`, value: mean + stream.normal() })),
    );
    const { low, high } = oneWayAnova(rows).effectInterval;
    if (low <= truth && truth <= high) covered += 1;
  }
  expect(Math.abs(covered / runs - 0.95)).toBeLessThan(3 * Math.sqrt((0.95 * 0.05) / runs));
});
