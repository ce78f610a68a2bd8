/** What a classifier is fitted on: rows of features, dense or sparse. */
import { type DenseMatrix, selectRows } from './dense-matrix.ts';
import { sparseMatrix, type SparseMatrix, sparseRow } from './sparse-matrix.ts';

export type DesignMatrix = DenseMatrix | SparseMatrix;

/** The named rows, in the order named. */
export function selectDesignRows(x: DesignMatrix, rows: Int32Array): DesignMatrix {
  if (x.kind === 'dense') return selectRows(x, rows);
  const maps = Array.from(rows, row => {
    const { indices, values } = sparseRow(x, row);
    return new Map(Array.from(indices, (column, entry) => [column, values[entry] ?? Number.NaN]));
  });
  return sparseMatrix(maps, x.columns);
}

/** out[k] ← out[k] + Σⱼ x[row, j]·w[j·K + k], for K = out.length. */
export function addRowProduct(x: DesignMatrix, row: number, w: Float64Array, out: Float64Array): void {
  const { from, to } = entriesOf(x, row);
  for (let entry = from; entry < to; entry++) {
    const value = x.values[entry] ?? Number.NaN;
    const offset = (x.kind === 'dense' ? entry - from : (x.indices[entry] ?? -1)) * out.length;
    for (let k = 0; k < out.length; k++) {
      out[k] = (out[k] ?? Number.NaN) + value * (w[offset + k] ?? Number.NaN);
    }
  }
}

/** w[j·K + k] ← w[j·K + k] + x[row, j]·r[k], for K = r.length. */
export function addRowOuter(x: DesignMatrix, row: number, r: Float64Array, w: Float64Array): void {
  const { from, to } = entriesOf(x, row);
  for (let entry = from; entry < to; entry++) {
    const value = x.values[entry] ?? Number.NaN;
    const offset = (x.kind === 'dense' ? entry - from : (x.indices[entry] ?? -1)) * r.length;
    for (let k = 0; k < r.length; k++) {
      w[offset + k] = (w[offset + k] ?? Number.NaN) + value * (r[k] ?? Number.NaN);
    }
  }
}

/** Where a row's stored values lie. */
function entriesOf(x: DesignMatrix, row: number): { readonly from: number; readonly to: number } {
  return x.kind === 'dense'
    ? { from: row * x.columns, to: (row + 1) * x.columns }
    : { from: x.starts[row] ?? 0, to: x.starts[row + 1] ?? 0 };
}

/** Σᵢ x[i, j]² of every column. */
export function columnSquares(x: DesignMatrix): Float64Array {
  const totals = new Float64Array(x.columns);
  for (let row = 0; row < x.rows; row++) {
    forRow(x, row, (column, value) => {
      totals[column] = (totals[column] ?? Number.NaN) + value * value;
    });
  }
  return totals;
}

/** Population standard deviation of every column. */
export function columnDeviations(x: DesignMatrix): Float64Array {
  const totals = new Float64Array(x.columns);
  const squares = new Float64Array(x.columns);
  for (let row = 0; row < x.rows; row++) {
    forRow(x, row, (column, value) => {
      totals[column] = (totals[column] ?? Number.NaN) + value;
    });
  }
  // Two passes: E[x²] − E[x]² would lose the spread of columns far from 0. Entries not stored are zeros.
  const seen = new Int32Array(x.columns);
  for (let row = 0; row < x.rows; row++) {
    forRow(x, row, (column, value) => {
      squares[column] = (squares[column] ?? Number.NaN) + (value - (totals[column] ?? Number.NaN) / x.rows) ** 2;
      seen[column] = (seen[column] ?? 0) + 1;
    });
  }
  return squares.map((square, column) => {
    const mean = (totals[column] ?? Number.NaN) / x.rows;
    return Math.sqrt((square + (x.rows - (seen[column] ?? 0)) * mean * mean) / x.rows);
  });
}

/** Calls `visit` with the stored entries of a row. */
function forRow(x: DesignMatrix, row: number, visit: (column: number, value: number) => void): void {
  const { from, to } = entriesOf(x, row);
  for (let entry = from; entry < to; entry++) {
    visit(x.kind === 'dense' ? entry - from : (x.indices[entry] ?? -1), x.values[entry] ?? Number.NaN);
  }
}
