/** Columns centred, scaled and laid out one after another, for methods that work a feature at a time. */
import { columnMeans, type DenseMatrix, rowOf, transpose } from './dense-matrix.ts';
import { mean } from './moments.ts';
import { requireFinite } from './unsuitable-data-error.ts';
import { dot } from './vector.ts';

export interface StandardizedColumns {
  /** features × rows: row j is the standardised column j. */
  readonly columns: DenseMatrix;
  readonly rows: number;
  readonly means: Float64Array;
  /** What each column was divided by; 1 where columns are not scaled or have no spread. */
  readonly scales: Float64Array;
  readonly meanY: number;
  /** x̃ⱼᵀỹ/m. */
  readonly correlations: Float64Array;
  /** x̃ⱼᵀx̃ⱼ/m; exactly 0 of a column without spread. */
  readonly squares: Float64Array;
}

/** Spread below this share of the column's magnitude is rounding. */
const smallestSpread = 1e-12;

/** Centres columns and outputs; with `scale` divides columns by their population standard deviation. */
export function standardize({
  x,
  y,
  scale,
}: {
  readonly x: DenseMatrix;
  readonly y: Float64Array;
  readonly scale: boolean;
}): StandardizedColumns {
  if (x.rows !== y.length) throw new RangeError(`internal: ${x.rows} rows of features, ${y.length} outputs`);
  requireFinite(x.values, 'features of a regression');
  requireFinite(y, 'outputs of a regression');
  const means = columnMeans(x);
  const scales = new Float64Array(x.columns).fill(1);
  const columns = transpose(x);
  for (let index = 0; index < x.columns; index++) {
    const column = rowOf(columns, index);
    const center = means[index] ?? Number.NaN;
    const centered = column.map(value => value - center);
    const deviation = Math.sqrt(dot(centered, centered) / x.rows);
    const flat = deviation <= smallestSpread * Math.abs(center);
    if (scale && !flat && deviation > 0) scales[index] = deviation;
    const divisor = scales[index] ?? Number.NaN;
    column.set(centered.map(value => (flat ? 0 : value / divisor)));
  }
  const meanY = mean(y);
  const centeredY = y.map(value => value - meanY);
  const products = (vector: (index: number) => Float64Array) =>
    Float64Array.from({ length: x.columns }, (_, index) => dot(rowOf(columns, index), vector(index)) / x.rows);
  return {
    columns,
    rows: x.rows,
    means,
    scales,
    meanY,
    correlations: products(() => centeredY),
    squares: products(index => rowOf(columns, index)),
  };
}
