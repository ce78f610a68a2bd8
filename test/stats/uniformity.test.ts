import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { uniformityP } from './uniformity.ts';

test('uniform numbers pass and skewed ones fail', () => {
  const stream = randomStream(1, 'uniformity');
  const uniform = Array.from({ length: 400 }, () => stream.uniform());
  expect(uniformityP(uniform)).toBeGreaterThan(0.05);
  expect(uniformityP(uniform.map(value => value ** 1.5))).toBeLessThan(1e-5);
});

test('the critical distance at .05 is 1.358 over the root of n', () => {
  // n values at (i + ½)/n shifted by δ have distance δ + 1/(2n).
  const n = 2000;
  const shift = 1.358 / Math.sqrt(n) - 0.5 / n;
  expect(uniformityP(Array.from({ length: n }, (_, index) => Math.min(1, (index + 0.5) / n + shift)))).toBeCloseTo(
    0.05,
    2,
  );
});
