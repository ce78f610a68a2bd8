/** A step's batch in parts that are held in memory one after another; their gradients are summed. */
import type { BatchRow } from '../batch/batch.ts';

export interface BatchPart {
  readonly rows: readonly BatchRow[];
  /** Its share of the loss of the whole batch; all parts together have 1. */
  readonly share: number;
  /** Vectors that the loss takes besides the rows. */
  readonly vectors?: Readonly<Record<string, Float32Array>>;
}

/** Items in pieces of at most `size`, in order; one piece without a size. */
export function piecesOf<Item>(items: readonly Item[], size = items.length): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** Examples whose loss is a mean over targets: a part counts by the targets it has. */
export function exampleParts(rows: readonly BatchRow[], size?: number): BatchPart[] {
  const targets = (some: readonly BatchRow[]) => some.reduce((sum, { targets: own }) => sum + own.length, 0);
  const total = targets(rows);
  return piecesOf(rows, size).map(part => ({ rows: part, share: targets(part) / total }));
}
