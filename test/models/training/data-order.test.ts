/** In which order rows are visited. */
import { expect, test } from 'vitest';
import { createDataOrder, shuffledBatches, stepsOf } from '../../../models/training/data-order.ts';

test('every epoch visits every row once, each in an order of its own', () => {
  const rowAt = createDataOrder(7, 10);
  const epochs = [0, 1, 2].map(epoch => Array.from({ length: 10 }, (_, place) => rowAt(epoch * 10 + place)));
  for (const epoch of epochs) expect(epoch.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(new Set(epochs.map(epoch => epoch.join())).size).toBe(3);
});

test('the order depends on the seed and on nothing that was asked before', () => {
  const [straight, jumping] = [createDataOrder(7, 10), createDataOrder(7, 10)];
  const places = Array.from({ length: 60 }, (_, place) => place);
  const expected = places.map(straight);
  expect(places.toReversed().map(jumping)).toEqual(expected.toReversed());
  expect(places.map(createDataOrder(8, 10))).not.toEqual(expected);
});

test('batches are cut from the stream of epochs, across their ends', () => {
  const rows = ['a', 'b', 'c', 'd', 'e'];
  const batchOf = shuffledBatches(rows, { seed: 1, batchSize: 3 });
  const drawn = [0, 1, 2, 3, 4].flatMap(batchOf);
  expect(drawn.length).toBe(15);
  for (const epoch of [0, 5, 10]) expect(drawn.slice(epoch, epoch + 5).toSorted()).toEqual(rows);
});

test('steps are the nearest number of whole batches, and at least one', () => {
  expect(stepsOf({ rows: 480, batchSize: 16, epochs: 2 })).toBe(60);
  expect(stepsOf({ rows: 456, batchSize: 16, epochs: 2 })).toBe(57);
  expect(stepsOf({ rows: 1, batchSize: 16, epochs: 1 })).toBe(1);
});
