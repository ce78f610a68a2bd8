/** Ridge regression and least squares, for many outputs at once. */
import { centerColumns, columnMeans, type DenseMatrix, denseMatrix, rowOf, transpose } from './dense-matrix.ts';
import { solvePositiveDefinite } from './linear-system.ts';
import { addToDiagonal, multiply, multiplyTransposed, rowGram } from './matrix-product.ts';
import { requireFinite, UnsuitableDataError } from './unsuitable-data-error.ts';
import { addScaled } from './vector.ts';

/** n counts rows. */
export interface Ridge {
  readonly n: number;
  readonly lambda: number;
  /** features × outputs. */
  readonly weights: DenseMatrix;
  /** One per output; zeros without an intercept. */
  readonly intercepts: Float64Array;
  /** Which of the two equal forms was solved. */
  readonly form: 'primal' | 'dual';
}

/**
 * min ‖y − Xw − b‖² + λ‖w‖² per output (Hoerl & Kennard 1970), by Cholesky: w = (X̃ᵀX̃ + λI)⁻¹X̃ᵀỹ with one system per
 * feature, or w = X̃ᵀ(X̃X̃ᵀ + λI)⁻¹ỹ with one per row, whichever is smaller. The intercept is unpenalised (centred
 * columns); without one nothing is centred. λ = 0 is ordinary least squares.
 *
 * @throws UnsuitableDataError `collinear` where λ = 0 and the columns depend on each other or outnumber the rows
 */
export function fitRidge(options: {
  readonly x: DenseMatrix;
  readonly y: DenseMatrix;
  readonly lambda: number;
  readonly intercept?: boolean;
  /** Solve this form, whatever the sizes. */
  readonly form?: 'primal' | 'dual';
}): Ridge {
  const { x, y, lambda, intercept = true, form = lambda === 0 || x.columns <= x.rows ? 'primal' : 'dual' } = options;
  if (x.rows !== y.rows) throw new RangeError(`internal: ${x.rows} rows of features, ${y.rows} of outputs`);
  if (!(lambda >= 0)) throw new RangeError(`internal: a ridge penalty of ${lambda}`);
  requireFinite(x.values, 'features of a ridge regression');
  requireFinite(y.values, 'outputs of a ridge regression');
  if (x.rows === 0) throw new UnsuitableDataError('too-few', 'a regression needs rows, found none');
  const meansX = intercept ? columnMeans(x) : new Float64Array(x.columns);
  const meansY = intercept ? columnMeans(y) : new Float64Array(y.columns);
  const [centeredX, centeredY] = [centerColumns(x, meansX), centerColumns(y, meansY)];
  const weights = (form === 'primal' ? solvePrimal : solveDual)(centeredX, centeredY, lambda);
  const intercepts = meansY.slice();
  addScaled(intercepts, -1, multiply(denseMatrix(1, x.columns, meansX), weights).values);
  return { n: x.rows, lambda, weights, intercepts, form };
}

function solvePrimal(x: DenseMatrix, y: DenseMatrix, lambda: number): DenseMatrix {
  return solvePositiveDefinite(addToDiagonal(rowGram(transpose(x)), lambda), multiplyTransposed(x, y));
}

function solveDual(x: DenseMatrix, y: DenseMatrix, lambda: number): DenseMatrix {
  return multiplyTransposed(x, solvePositiveDefinite(addToDiagonal(rowGram(x), lambda), y));
}

/** Predictions: rows × outputs. */
export function predictRidge(fit: Ridge, x: DenseMatrix): DenseMatrix {
  const predicted = multiply(x, fit.weights);
  for (let row = 0; row < x.rows; row++) addScaled(rowOf(predicted, row), 1, fit.intercepts);
  return predicted;
}
