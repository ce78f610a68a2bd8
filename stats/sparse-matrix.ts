/** Sparse matrices in compressed rows: counts of many terms in many documents. */

export interface SparseMatrix {
  readonly kind: 'sparse';
  readonly rows: number;
  readonly columns: number;
  /** Row i holds entries starts[i] … starts[i+1]−1; length rows + 1. */
  readonly starts: Int32Array;
  /** Columns of the entries, ascending in each row. */
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** A matrix from (column → value) of each row. */
export function sparseMatrix(rows: readonly ReadonlyMap<number, number>[], columns: number): SparseMatrix {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, index) => {
    starts[index + 1] = (starts[index] ?? Number.NaN) + row.size;
  });
  const entries = starts[rows.length] ?? 0;
  const matrix = { starts, indices: new Int32Array(entries), values: new Float64Array(entries) };
  let entry = 0;
  for (const row of rows) {
    for (const [column, value] of [...row].sort(([a], [b]) => a - b)) {
      if (!(column >= 0 && column < columns)) throw new RangeError(`internal: column ${column} of ${columns}`);
      matrix.indices[entry] = column;
      matrix.values[entry] = value;
      entry += 1;
    }
  }
  return { kind: 'sparse', rows: rows.length, columns, ...matrix };
}

/** Columns and values of a row. */
export function sparseRow(
  matrix: SparseMatrix,
  row: number,
): { readonly indices: Int32Array; readonly values: Float64Array } {
  const [from, to] = [matrix.starts[row] ?? 0, matrix.starts[row + 1] ?? 0];
  return { indices: matrix.indices.subarray(from, to), values: matrix.values.subarray(from, to) };
}

/** Sums of the columns over the named rows. */
export function sumOfSparseRows(matrix: SparseMatrix, rows: ArrayLike<number>): Float64Array {
  const totals = new Float64Array(matrix.columns);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] ?? -1;
    for (let entry = matrix.starts[row] ?? 0; entry < (matrix.starts[row + 1] ?? 0); entry++) {
      const column = matrix.indices[entry] ?? -1;
      totals[column] = (totals[column] ?? Number.NaN) + (matrix.values[entry] ?? Number.NaN);
    }
  }
  return totals;
}
