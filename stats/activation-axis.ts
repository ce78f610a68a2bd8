/** An axis in activation space, and where activations stand on it. */
import { randomStream } from '../schemas/random.ts';
import { columnMeans, type DenseMatrix, matrixFromRows, rowOf } from './dense-matrix.ts';
import { addScaled, cosine, dot, norm, unitVector } from './vector.ts';

/** mean(toward) − mean(away), activation units: positive scores lean to the first group. */
export function meanDifferenceAxis(toward: DenseMatrix, away: DenseMatrix): Float64Array {
  const axis = columnMeans(toward);
  addScaled(axis, -1, columnMeans(away));
  return axis;
}

/** h·axis/‖axis‖ of every row, in activation units. NaN for an axis of length 0. */
export function projectionScores(x: DenseMatrix, axis: Float64Array): Float64Array {
  const unit = unitVector(axis);
  return Float64Array.from({ length: x.rows }, (_, row) => dot(rowOf(x, row), unit));
}

/** cos(h, axis) of every row: free of the rows' scale, but not of what was subtracted from them before. */
export function cosineScores(x: DenseMatrix, axis: Float64Array): Float64Array {
  return Float64Array.from({ length: x.rows }, (_, row) => cosine(rowOf(x, row), axis));
}

/** A vector's part along an axis (signed length) and the length of the rest. */
export function decompose(
  vector: Float64Array,
  axis: Float64Array,
): { readonly along: number; readonly orthogonal: number } {
  const unit = unitVector(axis);
  const along = dot(vector, unit);
  const rest = vector.slice();
  addScaled(rest, -along, unit);
  return { along, orthogonal: norm(rest) };
}

/** Cosine of two independent random directions in d dimensions: E|cos| ≈ √(2/πd), standard deviation 1/√d. */
export function randomCosine(dimension: number): { readonly meanMagnitude: number; readonly sd: number } {
  return { meanMagnitude: Math.sqrt(2 / (Math.PI * dimension)), sd: 1 / Math.sqrt(dimension) };
}

/** Unit vectors drawn uniformly from the sphere, one per row: the null of anything computed along an axis. */
export function randomDirections(options: {
  readonly dimension: number;
  readonly count: number;
  readonly seed: number;
}): DenseMatrix {
  const stream = randomStream(options.seed, 'random-directions');
  return matrixFromRows(
    Array.from({ length: options.count }, () =>
      unitVector(Float64Array.from({ length: options.dimension }, () => stream.normal())),
    ),
  );
}
