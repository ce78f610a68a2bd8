/** Products of dense matrices, each with the loop order that walks memory in rows. */
import { type DenseMatrix, denseMatrix, rowOf } from './dense-matrix.ts';
import { addScaled, dot } from './vector.ts';

/** A·B. */
export function multiply(a: DenseMatrix, b: DenseMatrix): DenseMatrix {
  requireInner(a.columns, b.rows);
  const product = denseMatrix(a.rows, b.columns);
  for (let row = 0; row < a.rows; row++) {
    const target = rowOf(product, row);
    rowOf(a, row).forEach((value, inner) => {
      if (value !== 0) addScaled(target, value, rowOf(b, inner));
    });
  }
  return product;
}

/** Aᵀ·B. */
export function multiplyTransposed(a: DenseMatrix, b: DenseMatrix): DenseMatrix {
  requireInner(a.rows, b.rows);
  const product = denseMatrix(a.columns, b.columns);
  for (let inner = 0; inner < a.rows; inner++) {
    const right = rowOf(b, inner);
    rowOf(a, inner).forEach((value, row) => {
      if (value !== 0) addScaled(rowOf(product, row), value, right);
    });
  }
  return product;
}

/** A·Bᵀ: all inner products of rows of A with rows of B. */
export function rowProducts(a: DenseMatrix, b: DenseMatrix): DenseMatrix {
  requireInner(a.columns, b.columns);
  const product = denseMatrix(a.rows, b.rows);
  for (let row = 0; row < a.rows; row++) {
    const left = rowOf(a, row);
    for (let column = 0; column < b.rows; column++) {
      product.values[row * b.rows + column] = dot(left, rowOf(b, column));
    }
  }
  return product;
}

/** A·Aᵀ, exactly symmetric. */
export function rowGram(a: DenseMatrix): DenseMatrix {
  const gram = denseMatrix(a.rows, a.rows);
  for (let row = 0; row < a.rows; row++) {
    for (let column = 0; column <= row; column++) {
      const value = dot(rowOf(a, row), rowOf(a, column));
      gram.values[row * a.rows + column] = value;
      gram.values[column * a.rows + row] = value;
    }
  }
  return gram;
}

/** The square matrix with `value` added to its diagonal. */
export function addToDiagonal(matrix: DenseMatrix, value: number): DenseMatrix {
  const shifted = denseMatrix(matrix.rows, matrix.columns, matrix.values.slice());
  for (let index = 0; index < matrix.rows; index++) {
    const at = index * matrix.columns + index;
    shifted.values[at] = (shifted.values[at] ?? Number.NaN) + value;
  }
  return shifted;
}

function requireInner(left: number, right: number): void {
  if (left !== right) throw new RangeError(`internal: no matrix product over ${left} and ${right}`);
}
