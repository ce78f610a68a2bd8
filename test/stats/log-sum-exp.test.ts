import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entropy, logSoftmax, logSumExp, meanNegativeLogLikelihood } from '../../stats/log-sum-exp.ts';

test('entropies of uniform and known logits are right, and shifts change nothing', () => {
  expect(entropy(logSoftmax(new Float64Array(512)))).toBeCloseTo(6.2383246, 7);
  expect(entropy(logSoftmax([0, Math.log(3)]))).toBeCloseTo(0.56233514, 8);
  expect(entropy(logSoftmax([1e4, 1e4 + Math.log(3)]))).toBeCloseTo(0.56233514, 8);
  expect(entropy(logSoftmax([0, Number.NEGATIVE_INFINITY]))).toBe(0);
});

test('logits at ±1e4 neither overflow nor vanish', () => {
  expect(logSumExp([1e4, 1e4])).toBeCloseTo(1e4 + Math.LN2, 10);
  expect(logSumExp([-1e4, -1e4])).toBeCloseTo(-1e4 + Math.LN2, 10);
  expect([...logSoftmax([1e4, -1e4])]).toEqual([0, -2e4]);
  expect(logSumExp([])).toBe(Number.NEGATIVE_INFINITY);
  expect(logSumExp([1, Number.NaN])).toBeNaN();
});

test('log-probabilities sum to one and do not see a constant added to the logits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: -1000, max: 1000 }),
      (logits, shift) => {
        const p = logSoftmax(logits);
        expect(p.reduce((sum, each) => sum + Math.exp(each), 0)).toBeCloseTo(1, 10);
        logSoftmax(logits.map(each => each + shift)).forEach((each, index) => expect(each).toBeCloseTo(p[index]!, 8));
        expect(entropy(p)).toBeGreaterThanOrEqual(-1e-12);
        expect(entropy(p)).toBeLessThanOrEqual(Math.log(logits.length) + 1e-9);
      },
    ),
    { seed: 9 },
  );
});

test('the expected loss of targets drawn from p is the entropy of p', () => {
  const p = logSoftmax([0.3, -1, 2, 0.7]);
  // Each token as often as p says, in ten-thousandths.
  const losses = [...p].flatMap(each => Array<number>(Math.round(1e4 * Math.exp(each))).fill(each));
  expect(meanNegativeLogLikelihood(losses, new Float64Array(losses.length).fill(1))).toBeCloseTo(entropy(p), 3);
});

test('prompt tokens do not count in the loss', () => {
  expect(meanNegativeLogLikelihood([-9, -1, -3], [0, 1, 1])).toBe(2);
  expect(meanNegativeLogLikelihood([-9], [0])).toBeNaN();
  expect(() => meanNegativeLogLikelihood([-9], [0, 1])).toThrow('internal:');
});
