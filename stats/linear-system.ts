/** Symmetric linear systems and eigenvectors, by ml-matrix. */
import { CholeskyDecomposition, EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { type DenseMatrix, denseMatrix, elementOf } from './dense-matrix.ts';
import { UnsuitableDataError } from './unsuitable-data-error.ts';

/** A pivot this small beside the largest says that the columns depend on each other. */
const smallestPivotRatio = 1e-13;

/**
 * X with A·X = B for symmetric positive definite A, by Cholesky.
 *
 * @throws UnsuitableDataError `collinear` where A is singular to double precision
 */
export function solvePositiveDefinite(a: DenseMatrix, b: DenseMatrix): DenseMatrix {
  const solution = solveIfDefinite(a, b);
  if (solution !== undefined) return solution;
  throw new UnsuitableDataError(
    'collinear',
    'the columns depend linearly on each other, so the fit has no unique solution; leave some out or use a positive ridge penalty',
  );
}

/** The same; undefined where A is singular to double precision. */
export function solveIfDefinite(a: DenseMatrix, b: DenseMatrix): DenseMatrix | undefined {
  const cholesky = new CholeskyDecomposition(toMlMatrix(a));
  const pivots = cholesky.lowerTriangularMatrix.diagonal().map(value => value * value);
  const definite = cholesky.isPositiveDefinite() && Math.min(...pivots) > smallestPivotRatio * Math.max(...pivots);
  return definite ? fromMlMatrix(cholesky.solve(toMlMatrix(b))) : undefined;
}

export interface SymmetricEigen {
  /** Largest first. */
  readonly values: Float64Array;
  /** Row k: the unit eigenvector of values[k]. */
  readonly vectors: DenseMatrix;
}

/** Eigenvalues and eigenvectors of a symmetric matrix. */
export function symmetricEigen(a: DenseMatrix): SymmetricEigen {
  const decomposition = new EigenvalueDecomposition(toMlMatrix(a), { assumeSymmetric: true });
  const found = decomposition.realEigenvalues;
  const columns = fromMlMatrix(decomposition.eigenvectorMatrix);
  const order = found.map((_, index) => index).sort((i, j) => (found[j] ?? Number.NaN) - (found[i] ?? Number.NaN));
  const vectors = denseMatrix(a.rows, a.rows);
  order.forEach((column, index) => {
    for (let row = 0; row < a.rows; row++) vectors.values[index * a.rows + row] = elementOf(columns, row, column);
  });
  return { values: Float64Array.from(order, index => found[index] ?? Number.NaN), vectors };
}

function toMlMatrix(matrix: DenseMatrix): Matrix {
  return Matrix.from1DArray(matrix.rows, matrix.columns, matrix.values);
}

function fromMlMatrix(matrix: Matrix): DenseMatrix {
  return denseMatrix(matrix.rows, matrix.columns, Float64Array.from(matrix.to1DArray()));
}
