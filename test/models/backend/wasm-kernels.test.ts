/** The wasm backend's kernels of our own against plain loops in double precision, forward and backward. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Tensor } from '../../../models/backend/tensorflow.ts';
import { randomStream } from '../../../schemas/random.ts';
import { onBackends } from '../on-backends.ts';
import { largestDifference } from '../toy-model.ts';

const size = fc.integer({ min: 1, max: 19 });
const normals = (count: number, purpose: string) => {
  const { normal } = randomStream(1, purpose);
  return Float32Array.from({ length: count }, () => normal());
};

interface Product {
  readonly batch: number;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

const product = fc.record({
  batch: fc.integer({ min: 1, max: 4 }),
  rows: size,
  depth: size,
  columns: size,
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
});

/** Element [row, column] of a matrix that is stored transposed or not. */
const element = (
  values: ArrayLike<number>,
  at: { offset: number; row: number; column: number; rows: number; columns: number; transposed: boolean },
) => values[at.offset + (at.transposed ? at.column * at.rows + at.row : at.row * at.columns + at.column)]!;

function referenceProduct(a: ArrayLike<number>, b: ArrayLike<number>, shape: Product): number[] {
  const { batch, rows, depth, columns, transposeA, transposeB } = shape;
  return Array.from({ length: batch * rows * columns }, (_, at) => {
    const [matrix, row, column] = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns];
    let sum = 0;
    for (let k = 0; k < depth; k++) {
      const left = { offset: matrix * rows * depth, row, column: k, rows, columns: depth, transposed: transposeA };
      const right = { offset: matrix * depth * columns, row: k, column, rows: depth, columns, transposed: transposeB };
      sum += element(a, left) * element(b, right);
    }
    return sum;
  });
}

onBackends(['wasm'], backend => {
  test('a product of any shape, batched and transposed, is the sum of products', () => {
    fc.assert(
      fc.property(product, shape => {
        const { tf } = backend();
        const { batch, rows, depth, columns, transposeA, transposeB } = shape;
        const [a, b] = [normals(batch * rows * depth, 'a'), normals(batch * depth * columns, 'b')];
        const result = tf.tidy(() =>
          tf
            .matMul(
              tf.tensor(a, transposeA ? [batch, depth, rows] : [batch, rows, depth]),
              tf.tensor(b, transposeB ? [batch, columns, depth] : [batch, depth, columns]),
              transposeA,
              transposeB,
            )
            .dataSync(),
        );
        expect(largestDifference(result, referenceProduct(a, b, shape))).toBeLessThan(1e-5);
      }),
      { numRuns: 150 },
    );
  });

  test('the gradient of a product is that of the sum of products', () => {
    fc.assert(
      fc.property(product, shape => {
        const { tf } = backend();
        const { batch, rows, depth, columns, transposeA, transposeB } = shape;
        const [a, b] = [normals(batch * rows * depth, 'a'), normals(batch * depth * columns, 'b')];
        const upstream = normals(batch * rows * columns, 'upstream');
        const [gradientA, gradientB] = tf.tidy(() => {
          const left = tf.tensor(a, transposeA ? [batch, depth, rows] : [batch, rows, depth]);
          const right = tf.tensor(b, transposeB ? [batch, columns, depth] : [batch, depth, columns]);
          const weights = tf.tensor(upstream, [batch, rows, columns]);
          const gradients = tf.grads((x: Tensor, y: Tensor) =>
            tf.matMul(x, y, transposeA, transposeB).mul(weights).sum(),
          )([left, right]);
          return gradients.map(gradient => gradient.dataSync());
        });
        // dA = upstream · op(B)ᵀ, dB = op(A)ᵀ · upstream, each transposed back to how the operand is stored.
        const plain = { batch, transposeA: false, transposeB: false };
        const expectedA = transposeA
          ? referenceProduct(b, upstream, {
              ...plain,
              rows: depth,
              depth: columns,
              columns: rows,
              transposeA: transposeB,
              transposeB: true,
            })
          : referenceProduct(upstream, b, { ...plain, rows, depth: columns, columns: depth, transposeB: !transposeB });
        const expectedB = transposeB
          ? referenceProduct(upstream, a, {
              ...plain,
              rows: columns,
              depth: rows,
              columns: depth,
              transposeA: true,
              transposeB: transposeA,
            })
          : referenceProduct(a, upstream, { ...plain, rows: depth, depth: rows, columns, transposeA: !transposeA });
        expect(largestDifference(gradientA!, expectedA)).toBeLessThan(1e-5);
        expect(largestDifference(gradientB!, expectedB)).toBeLessThan(1e-5);
      }),
      { numRuns: 100 },
    );
  });

  test('a product deeper than any before finds room for its panel', () => {
    const { tf } = backend();
    for (const depth of [50, 3000, 10]) {
      const shape = { batch: 1, rows: 3, depth, columns: 9, transposeA: false, transposeB: false };
      const [a, b] = [normals(3 * depth, 'a'), normals(9 * depth, 'b')];
      const result = tf.tidy(() => tf.matMul(tf.tensor2d(a, [3, depth]), tf.tensor2d(b, [depth, 9])).dataSync());
      expect(largestDifference(result, referenceProduct(a, b, shape))).toBeLessThan(1e-3);
    }
  });

  test('rows are gathered by index, and an index out of range is an error', () => {
    const { tf } = backend();
    const gathered = tf.tidy(() =>
      tf.gather(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]), tf.tensor2d([[2, 0]], [1, 2], 'int32')).arraySync(),
    );
    expect(gathered).toEqual([
      [
        [5, 6],
        [1, 2],
      ],
    ]);
    for (const index of [3, -1]) {
      expect(() => tf.tidy(() => tf.gather(tf.tensor2d([1, 2, 3], [3, 1]), tf.tensor1d([0, index], 'int32')))).toThrow(
        `indices[1] = ${index} is not in [0, 3)`,
      );
    }
  });

  test('segments are summed, empty ones are zero and negative ids are dropped', () => {
    const { tf } = backend();
    const sums = tf.tidy(() =>
      tf
        .unsortedSegmentSum(tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]), tf.tensor1d([2, 0, -1, 2], 'int32'), 4)
        .arraySync(),
    );
    expect(sums).toEqual([
      [3, 4],
      [0, 0],
      [8, 10],
      [0, 0],
    ]);
  });

  test('a split gives back what concatenation joins, along every axis', () => {
    fc.assert(
      fc.property(
        fc.array(size, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 2 }),
        fc.nat(),
        (sizes, before, seed) => {
          const { tf } = backend();
          const total = sizes.reduce((sum, each) => sum + each, 0);
          const shape = [2, 3, 2].toSpliced(before, 0, total);
          const values = normals(12 * total, `split ${seed}`);
          const [whole, parts] = tf.tidy(() => {
            const x = tf.tensor(values, shape);
            const pieces = tf.split(x, sizes, before - shape.length);
            return [tf.concat(pieces, before).dataSync(), pieces.map(piece => piece.shape[before])];
          });
          expect([...whole]).toEqual([...values]);
          expect(parts).toEqual(sizes);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('ops that the backend computes wrongly are refused', () => {
    const { tf } = backend();
    const batched = () => tf.gather(tf.ones([2, 2]), tf.tensor2d([[0], [1]], [2, 1], 'int32'), 1, 1);
    expect(() => tf.tidy(batched)).toThrow('batchDims');
    for (const op of [tf.cumsum, tf.cumprod]) {
      expect(() => tf.tidy(() => op(tf.ones([2, 2]), -1))).toThrow('non-negative axis');
    }
    const cumulative = tf.tidy(() => tf.cumsum(tf.tensor2d([1, 2, 3, 4], [2, 2]), 1).arraySync());
    expect(cumulative).toEqual([
      [1, 3],
      [3, 7],
    ]);
  });
});
