import { expect, test } from 'vitest';
import {
  canEverReject,
  chanceOfRankGate,
  chanceOfShift,
  criticalCorrelation,
  criticalPairedDifference,
  effectiveSampleSize,
  minimumDetectableEffect,
  powerOfShift,
  smallestCorrelationP,
} from '../../stats/power.ts';

test.each([
  [5, 0.87833945],
  [6, 0.81140135],
  [7, 0.75449223],
  [8, 0.7067344],
  [9, 0.66638361],
  [10, 0.63189686],
])('the two-sided .05 critical r of %i pairs is %f', (n, r) => {
  expect(criticalCorrelation(n, 0.05)).toBeCloseTo(r, 8);
});

test.each([
  [5, 0.5, 27 / 120],
  [5, 0.6, 21 / 120],
  [5, 0.7, 14 / 120],
  [5, 0.8, 8 / 120],
  [5, 0.9, 5 / 120],
  [5, 1, 1 / 120],
  [4, 0.7, 4 / 24],
])('a rank gate at %i pairs and ρ ≥ %f passes by chance', (n, threshold, chance) => {
  expect(chanceOfRankGate({ n, threshold, seed: 1 })).toBeCloseTo(chance, 12);
});

test('above 8 pairs the chance is sampled, with the known variance of ρ', () => {
  // ρ of 20 pairs is nearly normal with variance 1/19.
  expect(chanceOfRankGate({ n: 20, threshold: 1.645 / Math.sqrt(19), draws: 20_000, seed: 1 })).toBeCloseTo(0.05, 2);
});

test('a gate of one sigma passes by chance .317 or .480 of the time', () => {
  expect(chanceOfShift(1, 'known mean')).toBeCloseTo(0.31731051, 8);
  expect(chanceOfShift(1, 'another run')).toBeCloseTo(0.47950012, 8);
});

test.each([
  [10, 1.7708755],
  [20, 1.2521981],
  [50, 0.79195959],
  [100, 0.56],
  [200, 0.3959798],
])('%i datamodel runs can see effects of %f run-SDs', (runs, effect) => {
  expect(Math.abs(minimumDetectableEffect({ runs, share: 0.5 }) - effect)).toBeLessThan(0.01);
});

test('the detectable effect is the one found with the stated power', () => {
  const effect = minimumDetectableEffect({ runs: 40, share: 0.3, power: 0.9, significance: 0.01 });
  expect(powerOfShift(effect * Math.sqrt(40 * 0.3 * 0.7), 0.01)).toBeCloseTo(0.9, 6);
  expect(powerOfShift(0, 0.05)).toBeCloseTo(0.05, 12);
});

test.each([
  [0.3, 8.1081081],
  [0.9, 3.2967033],
  [0, 30],
  [1, 3],
])('3 seeds of 10 samples at ICC %f are worth %f samples', (icc, n) => {
  expect(effectiveSampleSize(3, 10, icc)).toBeCloseTo(n, 7);
});

test('a paired t test of three seeds needs 2.48 standard deviations', () => {
  expect(criticalPairedDifference(3, 0.05)).toBeCloseTo(2.484, 3);
  expect(criticalPairedDifference(1, 0.05)).toBeNaN();
});

test('four units can never reject two-sided, five can once', () => {
  expect(smallestCorrelationP(4, 999)).toBeCloseTo(2 / 24, 12);
  expect(canEverReject(smallestCorrelationP(4, 999), 0.05)).toBe(false);
  expect(canEverReject(smallestCorrelationP(5, 999), 0.05)).toBe(true);
  expect(canEverReject(smallestCorrelationP(5, 999), 0.05, 4)).toBe(false);
  expect(smallestCorrelationP(1, 999)).toBe(1);
  expect(smallestCorrelationP(2, 999)).toBe(1);
  expect(smallestCorrelationP(8, 999)).toBeCloseTo(2 / 40_320, 15);
  expect(smallestCorrelationP(9, 999)).toBe(0.001);
  expect(canEverReject(Number.NaN, 0.05)).toBe(false);
});
