/** Learning-rate schedules by their published formulas. */
import { expect, test } from 'vitest';
import { scheduleFactor } from '../../../models/optimizer/schedule.ts';

test.each([
  // Hugging Face counts from 0: with a warm-up of 2 of 10 steps its first factor is 0.
  [{ kind: 'constant', warmup: 0 }, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
  [{ kind: 'constant', warmup: 0.2 }, [0, 0.5, 1, 1, 1, 1, 1, 1, 1, 1]],
  [{ kind: 'linear', warmup: 0 }, [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]],
  [{ kind: 'linear', warmup: 0.2 }, [0, 0.5, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]],
  [{ kind: 'cosine', warmup: 0 }, Array.from({ length: 10 }, (_, step) => 0.5 * (1 + Math.cos((Math.PI * step) / 10)))],
  // min(1, t / (w·n)) · (1 − (t − 1) / n)
  [{ kind: 'warmed-linear', warmup: 0.2 }, [0.5, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]],
  [{ kind: 'warmed-linear', warmup: 0 }, [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]],
] as const)('%o over ten steps', (schedule, expected) => {
  for (const [index, factor] of expected.entries()) {
    expect(scheduleFactor(schedule, index + 1, 10), `step ${index + 1}`).toBeCloseTo(factor, 12);
  }
});

test('a warm-up over all steps never divides by nothing', () => {
  expect([1, 2, 3].map(step => scheduleFactor({ kind: 'linear', warmup: 1 }, step, 3))).toEqual([0, 1 / 3, 2 / 3]);
  expect(scheduleFactor({ kind: 'cosine', warmup: 1 }, 1, 1)).toBe(0);
});
