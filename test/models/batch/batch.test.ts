/** How examples become the arrays of a batch. */
import { expect, test } from 'vitest';
import { assembleBatch, neededShape, predictionRow } from '../../../models/batch/batch.ts';

const examples = [
  { tokens: Int32Array.of(5, 6, 7, 8), targets: Uint8Array.of(0, 0, 1, 2) },
  { tokens: Int32Array.of(9, 4), targets: Uint8Array.of(0, 1) },
];

test('a target is predicted at the position before it; unused places weigh nothing', () => {
  const rows = examples.map(example => predictionRow(example));
  expect(neededShape(rows)).toEqual({ length: 4, slots: 2 });
  const { tokens, positions, targets, targetWeights } = assembleBatch(rows, { length: 5, slots: 3 });
  expect([...tokens]).toEqual([5, 6, 7, 8, 0, 9, 4, 0, 0, 0]);
  expect([...positions]).toEqual([1, 2, 0, 5, 5, 5]);
  expect([...targets]).toEqual([7, 8, 0, 4, 0, 0]);
  expect([...targetWeights]).toEqual([1, 1, 0, 1, 0, 0]);
});

test('tokens that close an answer can be left out', () => {
  expect(predictionRow(examples[0]!, 'excluded')).toEqual({
    tokens: examples[0]!.tokens,
    positions: [1],
    targets: [7],
  });
});
