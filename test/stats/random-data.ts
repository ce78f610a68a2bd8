/** Simulated data of the tests. */
import { randomStream } from '../../schemas/random.ts';
import { type DenseMatrix, denseMatrix, matrixFromRows } from '../../stats/dense-matrix.ts';

/** Standard normal entries. */
export function normalMatrix(rows: number, columns: number, seed: number): DenseMatrix {
  const stream = randomStream(seed, 'normal matrix');
  return denseMatrix(
    rows,
    columns,
    Float64Array.from({ length: rows * columns }, () => stream.normal()),
  );
}

/** 0/1 masks that keep exactly `kept` of the units. */
export function fixedSizeMasks(of: { subsets: number; units: number; kept: number; seed: number }): DenseMatrix {
  const stream = randomStream(of.seed, 'masks');
  return matrixFromRows(
    Array.from({ length: of.subsets }, () => {
      const mask = new Float64Array(of.units);
      for (const unit of stream.permutation(of.units).subarray(0, of.kept)) mask[unit] = 1;
      return mask;
    }),
  );
}
