/** Dense matrices of doubles, row-major. */

export interface DenseMatrix {
  readonly kind: 'dense';
  readonly rows: number;
  readonly columns: number;
  /** Element (i, j) at i · columns + j. */
  readonly values: Float64Array;
}

/** A matrix over values that are given, or zeros. */
export function denseMatrix(
  rows: number,
  columns: number,
  values: Float64Array = new Float64Array(rows * columns),
): DenseMatrix {
  if (values.length !== rows * columns) {
    throw new RangeError(`internal: ${values.length} values for a ${rows} × ${columns} matrix`);
  }
  return { kind: 'dense', rows, columns, values };
}

/** A matrix from its rows, which must have one length. */
export function matrixFromRows(rows: readonly ArrayLike<number>[]): DenseMatrix {
  const matrix = denseMatrix(rows.length, rows[0]?.length ?? 0);
  rows.forEach((row, index) => {
    if (row.length !== matrix.columns) {
      throw new RangeError(`internal: row ${index} has ${row.length} values, the first has ${matrix.columns}`);
    }
    matrix.values.set(row, index * matrix.columns);
  });
  return matrix;
}

/** One column, as a matrix. */
export function columnMatrix(values: ArrayLike<number>): DenseMatrix {
  return denseMatrix(values.length, 1, Float64Array.from(values));
}

/** Row i, as a view: writing to it writes to the matrix. */
export function rowOf(matrix: DenseMatrix, row: number): Float64Array {
  return matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns);
}

/** Column j, copied. */
export function columnOf(matrix: DenseMatrix, column: number): Float64Array {
  return Float64Array.from({ length: matrix.rows }, (_, row) => elementOf(matrix, row, column));
}

/** Element (i, j); NaN outside. */
export function elementOf(matrix: DenseMatrix, row: number, column: number): number {
  return matrix.values[row * matrix.columns + column] ?? Number.NaN;
}

/** The named rows, in the order named. */
export function selectRows(matrix: DenseMatrix, rows: ArrayLike<number>): DenseMatrix {
  const selected = denseMatrix(rows.length, matrix.columns);
  for (let index = 0; index < rows.length; index++) {
    selected.values.set(rowOf(matrix, rows[index] ?? Number.NaN), index * matrix.columns);
  }
  return selected;
}

export function transpose(matrix: DenseMatrix): DenseMatrix {
  const turned = denseMatrix(matrix.columns, matrix.rows);
  for (let row = 0; row < matrix.rows; row++) {
    rowOf(matrix, row).forEach((value, column) => {
      turned.values[column * matrix.rows + row] = value;
    });
  }
  return turned;
}

/** Means of the columns. */
export function columnMeans(matrix: DenseMatrix): Float64Array {
  const totals = new Float64Array(matrix.columns);
  for (let row = 0; row < matrix.rows; row++) addTo(totals, 1, rowOf(matrix, row));
  return totals.map(total => total / matrix.rows);
}

/** The matrix with `means` (one per column; its own, if not given) taken off every row. */
export function centerColumns(matrix: DenseMatrix, means: Float64Array = columnMeans(matrix)): DenseMatrix {
  const centered = denseMatrix(matrix.rows, matrix.columns, matrix.values.slice());
  for (let row = 0; row < matrix.rows; row++) addTo(rowOf(centered, row), -1, means);
  return centered;
}

function addTo(target: Float64Array, scale: number, vector: Float64Array): void {
  for (let index = 0; index < target.length; index++) {
    target[index] = (target[index] ?? Number.NaN) + scale * (vector[index] ?? Number.NaN);
  }
}
