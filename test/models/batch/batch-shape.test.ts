/** To which shapes batches are padded. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { paddedSize, planBatchShapes } from '../../../models/batch/batch-shape.ts';

test('sizes are padded to powers of two and one and a half of them', () => {
  const sizes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 17, 25, 33, 100];
  expect(sizes.map(size => paddedSize(size))).toEqual([1, 1, 2, 3, 4, 6, 6, 8, 8, 12, 12, 16, 24, 32, 48, 128]);
  expect([1, 8, 9, 23, 24, 25, 33].map(size => paddedSize(size, 8))).toEqual([8, 8, 16, 24, 24, 32, 48]);
});

const shape = fc.record({ length: fc.integer({ min: 1, max: 70 }), slots: fc.integer({ min: 1, max: 70 }) });

test('every batch fits its shape', () => {
  fc.assert(
    fc.property(fc.array(shape, { minLength: 1, maxLength: 300 }), batches => {
      const planned = planBatchShapes(batches);
      expect(planned.length).toBe(batches.length);
      for (const [step, { length, slots }] of batches.entries()) {
        expect(planned[step]!.length).toBeGreaterThanOrEqual(length);
        expect(planned[step]!.slots).toBeGreaterThanOrEqual(slots);
      }
    }),
  );
});

test('a shape is used by at least a hundred steps, or by no smaller one', () => {
  fc.assert(
    fc.property(fc.array(shape, { minLength: 1, maxLength: 600 }), batches => {
      const planned = planBatchShapes(batches);
      const lengths = [...new Set(planned.map(({ length }) => length))].sort((a, b) => a - b);
      for (const length of lengths) {
        const steps = planned.filter(each => each.length === length);
        if (length !== lengths.at(-1)) expect(steps.length).toBeGreaterThanOrEqual(100);
        const slots = [...new Set(steps.map(each => each.slots))].sort((a, b) => a - b);
        for (const each of slots.slice(0, -1)) {
          expect(steps.filter(step => step.slots === each).length).toBeGreaterThanOrEqual(100);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test('a short run has one shape', () => {
  expect(
    planBatchShapes([
      { length: 9, slots: 2 },
      { length: 21, slots: 5 },
      { length: 4, slots: 1 },
    ]),
  ).toEqual([
    { length: 24, slots: 6 },
    { length: 24, slots: 6 },
    { length: 24, slots: 6 },
  ]);
});
