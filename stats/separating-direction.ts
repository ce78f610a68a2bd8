/** Directions along which groups of activations differ: centroid PCA and linear discriminants. */
import {
  centerColumns,
  columnMeans,
  type DenseMatrix,
  denseMatrix,
  matrixFromRows,
  rowOf,
  selectRows,
  transpose,
} from './dense-matrix.ts';
import { groupBy } from './grouped-values.ts';
import { codeLabels } from './label-coding.ts';
import { solvePositiveDefinite, symmetricEigen } from './linear-system.ts';
import { addToDiagonal, multiply, multiplyTransposed, rowGram, rowProducts } from './matrix-product.ts';
import { sum } from './moments.ts';
import { UnsuitableDataError } from './unsuitable-data-error.ts';
import { addScaled, unitVector } from './vector.ts';

/** n counts rows. Signs of directions are free: the largest component by magnitude is made positive. */
export interface SeparatingDirections {
  readonly n: number;
  readonly classes: readonly string[];
  /** directions × features, unit rows, most separating first; at most classes − 1. */
  readonly directions: DenseMatrix;
  readonly eigenvalues: Float64Array;
  /** Eigenvalues over their sum: a first share near 1 says that one direction separates all classes. */
  readonly shares: Float64Array;
  /** (Σλ)² / Σλ²: how many directions, effectively. 1 … classes − 1. */
  readonly participationRatio: number;
}

/**
 * Principal components of the class centroids: eigenvectors of S_b = Σ n_c(μ_c − μ)(μ_c − μ)ᵀ, with the spread within
 * classes left out of account.
 */
export function centroidComponents(options: {
  readonly x: DenseMatrix;
  readonly labels: readonly string[];
}): SeparatingDirections {
  const { classes, between } = scatter(options);
  const { values, vectors } = symmetricEigen(rowGram(between));
  return describe({ n: options.x.rows, classes, eigenvalues: values, directions: multiply(vectors, between) });
}

/**
 * Linear discriminants (Fisher 1936; Rao 1948): S_b v = λ(S_w + γI)v with S_w = Σ (x − μ_c)(x − μ_c)ᵀ. Two classes:
 * v ∝ (S_w + γI)⁻¹(μ₁ − μ₂). Solved with one system per feature (primal) or per row (dual, by Woodbury's identity),
 * whichever is smaller; both give the same directions.
 *
 * @param options.gamma ridge on S_w, in its units (sum of squares), > 0 where features outnumber rows
 * @throws UnsuitableDataError `collinear` where γ = 0 and S_w is singular
 */
export function discriminantDirections(options: {
  readonly x: DenseMatrix;
  readonly labels: readonly string[];
  readonly gamma: number;
  readonly form?: 'primal' | 'dual';
}): SeparatingDirections {
  const { x, gamma } = options;
  const form = options.form ?? (gamma === 0 || x.columns <= x.rows ? 'primal' : 'dual');
  const { classes, between, within } = scatter(options);
  const solved = form === 'primal' ? solveWithin(within, between, gamma) : solveWithinDual(within, between, gamma);
  // With S_b = BᵀB, v = (S_w + γI)⁻¹Bᵀu for the eigenvectors u of B(S_w + γI)⁻¹Bᵀ.
  const { values, vectors } = symmetricEigen(multiply(between, solved));
  return describe({ n: x.rows, classes, eigenvalues: values, directions: rowProducts(vectors, solved) });
}

interface Scatter {
  readonly classes: readonly string[];
  /** classes × features: √n_c(μ_c − μ), so that S_b = BᵀB. */
  readonly between: DenseMatrix;
  /** rows × features: x − μ_c, so that S_w = WᵀW. */
  readonly within: DenseMatrix;
}

function scatter({ x, labels }: { readonly x: DenseMatrix; readonly labels: readonly string[] }): Scatter {
  if (x.rows !== labels.length) throw new RangeError(`internal: ${x.rows} rows, ${labels.length} labels`);
  const { classes } = codeLabels(labels);
  if (classes.length < 2) {
    throw new UnsuitableDataError('too-few', `separating needs two classes or more, found ${classes.length}`);
  }
  const rowsOf = groupBy([...labels.keys()], row => labels[row] ?? '');
  const grandMean = columnMeans(x);
  const within = denseMatrix(x.rows, x.columns, x.values.slice());
  const centroids = classes.map(name => {
    const rows = rowsOf.get(name) ?? [];
    const centroid = columnMeans(selectRows(x, rows));
    for (const row of rows) addScaled(rowOf(within, row), -1, centroid);
    return centerColumns(denseMatrix(1, x.columns, centroid), grandMean).values.map(
      value => value * Math.sqrt(rows.length),
    );
  });
  return { classes, between: matrixFromRows(centroids), within };
}

/** (S_w + γI)⁻¹Bᵀ: features × classes. */
function solveWithin(within: DenseMatrix, between: DenseMatrix, gamma: number): DenseMatrix {
  const scatterWithin = rowGram(transpose(within));
  return solvePositiveDefinite(addToDiagonal(scatterWithin, gamma), transpose(between));
}

/** The same as (Bᵀ − Wᵀ(WWᵀ + γI)⁻¹WBᵀ)/γ. */
function solveWithinDual(within: DenseMatrix, between: DenseMatrix, gamma: number): DenseMatrix {
  const target = transpose(between);
  const inner = solvePositiveDefinite(addToDiagonal(rowGram(within), gamma), multiply(within, target));
  const correction = multiplyTransposed(within, inner);
  return denseMatrix(
    target.rows,
    target.columns,
    target.values.map((value, index) => (value - (correction.values[index] ?? Number.NaN)) / gamma),
  );
}

/** Directions as they come, to unit rows, without those whose eigenvalue is rounding. */
function describe(found: {
  readonly n: number;
  readonly classes: readonly string[];
  readonly eigenvalues: Float64Array;
  readonly directions: DenseMatrix;
}): SeparatingDirections {
  const largest = found.eigenvalues[0] ?? Number.NaN;
  // The centred centroids span one dimension less than there are classes.
  const kept = found.eigenvalues.slice(0, found.classes.length - 1).filter(value => value > 1e-10 * largest);
  const total = sum(kept);
  return {
    n: found.n,
    classes: found.classes,
    eigenvalues: kept,
    directions: matrixFromRows(Array.from(kept, (_, index) => orient(unitVector(rowOf(found.directions, index))))),
    shares: kept.map(value => value / total),
    participationRatio: total ** 2 / sum(kept.map(value => value * value)),
  };
}

function orient(direction: Float64Array): Float64Array {
  const largest = direction.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? direction.map(value => -value) : direction;
}
