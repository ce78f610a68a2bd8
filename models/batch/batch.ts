/** A batch of token sequences as tensors of one shape. */
import type { TensorFlow } from '../backend/tensorflow.ts';
import type { Tensors } from '../compile/tensor-function.ts';
import { type Example, targetPositions } from '../text/example.ts';
import type { BatchShape } from './batch-shape.ts';

/** A sequence, the positions in it that are looked at, and the token that each of them is to predict. */
export interface BatchRow {
  readonly tokens: Int32Array;
  readonly positions: readonly number[];
  readonly targets: readonly number[];
}

export const batchNames = ['tokens', 'positions', 'targets', 'targetWeights'] as const;

/**
 * `tokens` [rows, length], padded at the end with zeros. Each row has `slots` places, so the other three are
 * [rows · slots]: `positions` points into all rows · length tokens, `targetWeights` is 1, or 0 where a place is not used.
 */
export type Batch = Tensors<(typeof batchNames)[number]>;

export interface BatchArrays {
  readonly shape: BatchShape;
  readonly tokens: Int32Array;
  readonly positions: Int32Array;
  readonly targets: Int32Array;
  readonly targetWeights: Float32Array;
}

/** Each target is predicted at the position before it. */
export function predictionRow(example: Example, closing: 'included' | 'excluded' = 'included'): BatchRow {
  const positions = targetPositions(example, closing);
  return {
    tokens: example.tokens,
    positions: positions.map(position => position - 1),
    targets: positions.map(position => example.tokens[position] ?? 0),
  };
}

/** The shape the rows need, without padding. */
export function neededShape(rows: readonly BatchRow[]): BatchShape {
  return {
    length: rows.reduce((longest, { tokens }) => Math.max(longest, tokens.length), 0),
    slots: rows.reduce((most, { positions }) => Math.max(most, positions.length), 0),
  };
}

export function assembleBatch(rows: readonly BatchRow[], shape: BatchShape): BatchArrays {
  const { length, slots } = shape;
  const tokens = new Int32Array(rows.length * length);
  const [positions, targets] = [new Int32Array(rows.length * slots), new Int32Array(rows.length * slots)];
  const targetWeights = new Float32Array(rows.length * slots);
  for (const [index, row] of rows.entries()) {
    const first = index * slots;
    tokens.set(row.tokens, index * length);
    positions.fill(index * length, first, first + slots);
    positions.set(
      row.positions.map(position => index * length + position),
      first,
    );
    targets.set(row.targets, first);
    targetWeights.fill(1, first, first + row.positions.length);
  }
  return { shape, tokens, positions, targets, targetWeights };
}

export function batchTensors(tf: TensorFlow, batch: BatchArrays): Batch {
  const { shape, tokens, positions, targets, targetWeights } = batch;
  return {
    tokens: tf.tensor2d(tokens, [tokens.length / shape.length, shape.length], 'int32'),
    positions: tf.tensor1d(positions, 'int32'),
    targets: tf.tensor1d(targets, 'int32'),
    targetWeights: tf.tensor1d(targetWeights),
  };
}
