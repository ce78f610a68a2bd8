import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { bootstrapInterval, meanInterval, varianceInterval, wilsonInterval } from '../../stats/interval.ts';

test.each([
  // successes, trials, low, high
  [84, 400, 0.17293773, 0.25257941],
  [11, 399, 0.015462464, 0.048685499],
  [3, 10, 0.10779126740630102, 0.6032218525388546],
  [0, 10, 0, 0.2775327998628892],
  [10, 10, 0.7224672001371107, 1],
])('the Wilson interval of %i of %i is known', (successes, trials, low, high) => {
  const interval = wilsonInterval(successes, trials);
  expect(interval.low).toBeCloseTo(low, 8);
  expect(interval.high).toBeCloseTo(high, 8);
});

test('the interval of a mean is mean ± t·sd/√n', () => {
  // n = 10: t(.975, 9) = 2.262157; sd of 1 … 10 is 3.0276504
  const { low, high } = meanInterval(Array.from({ length: 10 }, (_, index) => index + 1));
  expect(high - 5.5).toBeCloseTo((2.262157162798205 * 3.0276503540974917) / Math.sqrt(10), 12);
  expect(low + high).toBeCloseTo(11, 12);
});

test('a variance on 2 degrees of freedom spans × .27 to × 39.5', () => {
  const { low, high } = varianceInterval(1, 2);
  expect(low).toBeCloseTo(0.27108503, 7);
  expect(high).toBeCloseTo(39.49789, 4);
});

test('too few values give no interval', () => {
  for (const interval of [
    meanInterval([3]),
    varianceInterval(1, 0),
    wilsonInterval(0, 0),
    bootstrapInterval({ units: 1, statistic: () => 1, seed: 1 }),
    bootstrapInterval({ units: 5, statistic: () => Number.NaN, seed: 1 }),
  ]) {
    expect([interval.low, interval.high]).toEqual([Number.NaN, Number.NaN]);
  }
});

test('the bootstrap of a mean agrees with its standard error and repeats with its seed', () => {
  const stream = randomStream(3, 'values');
  const values = Array.from({ length: 200 }, () => stream.normal());
  const statistic = (counts: Int32Array) => counts.reduce((sum, count, unit) => sum + count * values[unit]!, 0) / 200;
  const interval = bootstrapInterval({ units: 200, statistic, seed: 5 });
  const expected = meanInterval(values);
  expect(interval.high - interval.low).toBeCloseTo(expected.high - expected.low, 1);
  expect(Math.abs((interval.high - interval.low) / (expected.high - expected.low) - 1)).toBeLessThan(0.1);
  expect(bootstrapInterval({ units: 200, statistic, seed: 5 })).toEqual(interval);
  expect(bootstrapInterval({ units: 200, statistic, seed: 6 })).not.toEqual(interval);
});
