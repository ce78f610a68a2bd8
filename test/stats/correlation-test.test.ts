import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { arrangements } from '../../stats/arrangements.ts';
import { correlationP, correlationTest } from '../../stats/correlation-test.ts';
import { maxCorrelationTest } from '../../stats/max-correlation-test.ts';
import { canEverReject } from '../../stats/power.ts';
import { cosineLeakage } from './fixtures/cosine-leakage.ts';
import { uniformityP } from './uniformity.ts';

const oneToFive = [1, 2, 3, 4, 5];

test.each([
  // y, ρ, one-sided count of 120, two-sided p
  [[2, 1, 4, 3, 5], 0.8, 8, 16 / 120],
  [[1, 2, 3, 5, 4], 0.9, 5, 0.0833],
  [[1, 2, 3, 4, 5], 1, 1, 0.0167],
  [[3, 1, 2, 4, 5], 0.7, 14, 0.2333],
  [[3, 2, 1, 5, 4], 0.5, 27, 0.45],
])('the exact null of five pairs is known at %j', (y, rho, count, twoSided) => {
  const result = correlationTest({ method: 'spearman', x: oneToFive, y, seed: 1 });
  expect(result.estimate).toBeCloseTo(rho, 12);
  expect(result.pGreater).toBeCloseTo(count / 120, 12);
  expect(result.p).toBeCloseTo(twoSided, 4);
  expect(result).toMatchObject({ enumerated: true, orders: 120, n: 5 });
  expect(result.smallestP).toBeCloseTo(2 / 120, 12);
});

test('ties are enumerated', () => {
  const result = correlationTest({ method: 'spearman', x: [1, 2, 2, 3, 5, 5], y: [2, 1, 4, 4, 6, 5], seed: 1 });
  expect(result.estimate).toBeCloseTo(0.8508410434878082, 12);
  expect(result.p).toBeCloseTo(32 / 720, 12);
  expect(result.pGreater).toBeCloseTo(16 / 720, 12);
  // Tied values reach the extreme in more orders than two, so even a perfect result is not as small as 2/720.
  expect(result.smallestP).toBeCloseTo(16 / 720, 12);
});

test('Pearson at five pairs has the known p and interval', () => {
  const x = oneToFive;
  // r = .8 exactly
  const result = correlationTest({ method: 'pearson', x, y: [2, 1, 4, 3, 5], seed: 1 });
  expect(result.estimate).toBeCloseTo(0.8, 12);
  expect(result.parametricP).toBeCloseTo(0.1041, 4);
  expect(result.interval.low).toBeCloseTo(-0.28, 2);
  expect(result.interval.high).toBeCloseTo(0.986, 3);
  const other = correlationTest({ method: 'pearson', x, y: [2, 1, 4, 3, 7], seed: 1 });
  expect(other.parametricP).toBeCloseTo(0.08613863131395952, 10);
  expect(other.interval.low).toBeCloseTo(-0.2129343655851338, 10);
  expect(other.interval.high).toBeCloseTo(0.9880137261479831, 10);
});

test('r of .5 at five pairs has p .391', () => {
  expect(correlationP(0.5, 5)).toBeCloseTo(0.39100222, 8);
});

test('45 real pairs have the published p values and a Monte-Carlo p at its smallest', () => {
  const [x, y] = [cosineLeakage.map(([cosine]) => cosine), cosineLeakage.map(([, leakage]) => leakage)];
  const rho = correlationTest({ method: 'spearman', x, y, draws: 999, seed: 1 });
  const r = correlationTest({ method: 'pearson', x, y, draws: 999, seed: 1 });
  expect(rho.parametricP / 1.6564531e-11).toBeCloseTo(1, 5);
  expect(r.parametricP / 7.4918925e-12).toBeCloseTo(1, 5);
  expect(rho).toMatchObject({ p: 0.001, smallestP: 0.001, enumerated: false, orders: 999 });
});

test('a perfect correlation, three pairs and a constant have no interval', () => {
  expect(correlationTest({ method: 'spearman', x: oneToFive, y: oneToFive, seed: 1 }).interval.low).toBeNaN();
  expect(correlationTest({ method: 'pearson', x: [1, 2, 4], y: [1, 3, 3], seed: 1 }).interval.low).toBeNaN();
  const constant = correlationTest({ method: 'pearson', x: oneToFive, y: [2, 2, 2, 2, 2], seed: 1 });
  expect([constant.estimate, constant.p, constant.pGreater, constant.smallestP]).toEqual(Array(4).fill(Number.NaN));
});

test('all orders are enumerated once up to 8', () => {
  const seen = new Set<string>();
  const orders = arrangements({ n: 5, draws: 10, seed: 1 });
  orders.forEach(order => seen.add(order.join()));
  expect(seen.size).toBe(120);
  expect(arrangements({ n: 8, draws: 10, seed: 1 })).toMatchObject({ enumerated: true, count: 40_320 });
  expect(arrangements({ n: 9, draws: 10, seed: 1 })).toMatchObject({ enumerated: false, count: 10 });
});

test('p values are uniform when x and y have nothing to do with each other', () => {
  const stream = randomStream(9, 'null runs');
  const draw = () => Array.from({ length: 12 }, () => stream.normal());
  const values = Array.from({ length: 300 }, (_, run) => {
    return correlationTest({ method: 'spearman', x: draw(), y: draw(), draws: 199, seed: run }).p;
  });
  expect(uniformityP(values)).toBeGreaterThan(0.01);
});

test('the order of the pairs does not matter', () => {
  const x = [1.5, 3, 2, 8, 5, 1];
  const y = [2, 2, 1, 9, 4, 7];
  const order = [4, 0, 5, 2, 1, 3];
  const result = correlationTest({ method: 'pearson', x, y, seed: 1 });
  const shuffled = correlationTest({
    method: 'pearson',
    x: order.map(index => x[index]!),
    y: order.map(index => y[index]!),
    seed: 1,
  });
  expect(shuffled.p).toBe(result.p);
  expect(shuffled.estimate).toBeCloseTo(result.estimate, 14);
});

test('of one predictor, the largest correlation is its own', () => {
  const outcome = [2, 1, 4, 3, 5];
  const family = maxCorrelationTest({
    method: 'spearman',
    predictors: [{ name: 'a', values: oneToFive }],
    outcome,
    seed: 1,
  });
  expect(family.predictors[0]!.p).toBeCloseTo(
    correlationTest({ method: 'spearman', x: oneToFive, y: outcome, seed: 1 }).p,
    12,
  );
});

test('more predictors make each p larger, copies of one do not', () => {
  const stream = randomStream(2, 'predictors');
  const outcome = oneToFive;
  const first = { name: 'first', values: [1, 2, 3, 5, 4] };
  const others = Array.from({ length: 10 }, (_, index) => ({
    name: `other ${index}`,
    values: oneToFive.map(() => stream.normal()),
  }));
  const p = (predictors: readonly { name: string; values: number[] }[]) =>
    maxCorrelationTest({ method: 'spearman', predictors, outcome, seed: 1 }).predictors[0]!.p;
  const alone = p([first]);
  expect(p([first, { ...first, name: 'copy' }])).toBeCloseTo(alone, 12);
  expect(p([first, ...others])).toBeGreaterThan(alone);
});

test('the family-wise error is kept, and p of the best predictor is uniform under the null', () => {
  const stream = randomStream(5, 'families');
  const smallest = Array.from({ length: 200 }, (_, run) => {
    const draw = () => Array.from({ length: 10 }, () => stream.normal());
    const predictors = Array.from({ length: 6 }, (_unused, index) => ({ name: `${index}`, values: draw() }));
    const result = maxCorrelationTest({ method: 'pearson', predictors, outcome: draw(), draws: 199, seed: run });
    return Math.min(...result.predictors.map(({ p }) => p));
  });
  expect(uniformityP(smallest)).toBeGreaterThan(0.01);
});

test('a constant predictor takes no part', () => {
  const family = maxCorrelationTest({
    method: 'pearson',
    predictors: [
      { name: 'varies', values: oneToFive },
      { name: 'constant', values: [3, 3, 3, 3, 3] },
    ],
    outcome: [2, 1, 4, 3, 5],
    seed: 1,
  });
  expect(family.predictors[1]).toEqual({ name: 'constant', estimate: Number.NaN, p: Number.NaN });
  expect(family.predictors[0]!.p).toBeLessThan(0.2);
  expect(family.smallestP).toBeCloseTo(2 / 120, 12);
});

test('at five pairs, Bonferroni over four tests can never reject, and says so', () => {
  const { smallestP } = correlationTest({ method: 'spearman', x: oneToFive, y: [2, 1, 4, 3, 5], seed: 1 });
  expect(canEverReject(smallestP, 0.05)).toBe(true);
  expect(canEverReject(smallestP, 0.05, 3)).toBe(true);
  expect(canEverReject(smallestP, 0.05, 4)).toBe(false);
});
