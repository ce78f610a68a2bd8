import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlanCell } from '../../../schemas/plan.ts';
import { sampleCells } from '../../../worker/audit/sample-cells.ts';
import { planOf } from '../../activities/rig.ts';

const [template] = planOf('study: one\nsteps:\n  only: { use: no-op }\n').cellList;

/** Cells of steps with so many each. */
function cellsOf(sizes: readonly number[]): PlanCell[] {
  const steps = sizes.flatMap((size, step) => Array.from({ length: size }, () => `step${step}`));
  return steps.map((step, index) => ({ ...template!, step, index }));
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });

test('every step is in the sample, no cell twice, and it is as large as was asked for where steps allow', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 200 }), fc.nat(1000), (lengths, wanted, seed) => {
      const cells = cellsOf(lengths);
      const sample = sampleCells(cells, { cells: wanted }, seed);
      expect(new Set(sample.map(({ step }) => step)).size).toBe(lengths.length);
      expect(new Set(sample).size).toBe(sample.length);
      expect(sample.map(({ index }) => index)).toEqual(sample.map(({ index }) => index).toSorted((a, b) => a - b));
      expect(sample.length).toBeGreaterThanOrEqual(Math.min(wanted, cells.length));
      expect(sample.length).toBeLessThanOrEqual(
        Math.min(cells.length, Math.max(wanted, lengths.length) + lengths.length),
      );
    }),
  );
});

test('strata of equal need get exactly what was asked for', () => {
  expect(sampleCells(cellsOf([100, 100, 100]), { cells: 9 }, 0)).toHaveLength(9);
  expect(sampleCells(cellsOf([500, 500]), { share: 0.02 }, 0)).toHaveLength(20);
});

test('the same seed draws the same cells, another seed others', () => {
  const cells = cellsOf([300, 200]);
  const drawn = (seed: number) => sampleCells(cells, { share: 0.1 }, seed).map(({ index }) => index);
  expect(drawn(3)).toEqual(drawn(3));
  expect(drawn(4)).not.toEqual(drawn(3));
});
