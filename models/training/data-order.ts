/** In which order rows are visited: epoch after epoch, each a fresh permutation by seed and epoch number. */
import { randomStream } from '../../schemas/random.ts';

/** The row at each place of the endless stream of epochs; batches are cut from it, across the ends of epochs. */
export function createDataOrder(seed: number, rows: number): (place: number) => number {
  // A batch lies in at most a few epochs, and a run moves forward: those of the last batch are kept.
  const epochs = new Map<number, Int32Array>();
  const epochOrder = (epoch: number) => {
    const order = epochs.get(epoch) ?? randomStream(seed, 'order', `epoch ${epoch}`).permutation(rows);
    for (const kept of epochs.keys()) if (kept < epoch - 1) epochs.delete(kept);
    epochs.set(epoch, order);
    return order;
  };
  return place => {
    const row = epochOrder(Math.floor(place / rows))[place % rows];
    if (row === undefined) throw new Error(`internal: no row at place ${place} of ${rows} rows`);
    return row;
  };
}

/** The rows of each step (from 0): `batchSize` further ones in the order that the seed draws. */
export function shuffledBatches<Row>(
  rows: readonly Row[],
  { seed, batchSize }: { readonly seed: number; readonly batchSize: number },
): (step: number) => Row[] {
  const rowAt = createDataOrder(seed, rows.length);
  return step =>
    Array.from({ length: batchSize }, (_, index) => {
      const row = rows[rowAt(step * batchSize + index)];
      if (row === undefined) throw new Error('internal: the order names a row that is not there');
      return row;
    });
}

/** Steps that visit every row `epochs` times, to the nearest whole batch and at least one. */
export function stepsOf({ rows, batchSize, epochs }: Record<'rows' | 'batchSize' | 'epochs', number>): number {
  return Math.max(1, Math.round((epochs * rows) / batchSize));
}
