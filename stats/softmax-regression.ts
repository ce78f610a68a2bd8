/** Multinomial logistic regression. */
import { addRowOuter, addRowProduct, columnDeviations, columnSquares, type DesignMatrix } from './design-matrix.ts';
import { type CodedLabels, codeLabels } from './label-coding.ts';
import { minimize } from './limited-memory-bfgs.ts';
import { logSumExp } from './log-sum-exp.ts';
import { requireFinite, UnsuitableDataError } from './unsuitable-data-error.ts';

/** Positive weights speak for a class. n counts rows. */
export interface SoftmaxRegression {
  readonly n: number;
  readonly classes: readonly string[];
  /** features × classes, row-major: weight of feature j for class k at j·K + k. Each row sums to 0. */
  readonly weights: Float64Array;
  /** One per class, sum 0. */
  readonly intercepts: Float64Array;
  /** Σ cross-entropy + penalty, nats. */
  readonly objective: number;
  /** ‖gradient of the objective‖∞: how far from optimal the fit is. */
  readonly gradientNorm: number;
  /** gradientNorm is within the tolerance asked for. */
  readonly converged: boolean;
}

/**
 * min Σᵢ −ln softmax(Wᵀxᵢ + b)[yᵢ] + (1/2C)‖W‖², b unpenalised, by L-BFGS. Of two classes the penalty is that of
 * ordinary logistic regression on w = W₁ − W₀, as in scikit-learn: (1/2C)‖w‖².
 *
 * @param options.c inverse strength of the penalty; ∞ for none, where separable classes have no optimum (`converged`)
 * @throws UnsuitableDataError `too-few` below two classes
 */
export function softmaxRegression(options: {
  readonly x: DesignMatrix;
  readonly labels: readonly string[];
  readonly c?: number;
  readonly gradientTolerance?: number;
}): SoftmaxRegression {
  const { x, labels, c = 1, gradientTolerance = 1e-5 } = options;
  if (x.rows !== labels.length) throw new RangeError(`internal: ${x.rows} rows, ${labels.length} labels`);
  requireFinite(x.values, 'features of a classifier');
  const coded = codeLabels(labels);
  const classes = coded.classes.length;
  if (classes < 2) {
    throw new UnsuitableDataError(
      'too-few',
      `a classifier needs two classes or more, found ${classes}; check the label`,
    );
  }
  // ‖W‖² = ‖w‖²/2 for two classes, since the optimum has W₁ = −W₀.
  const penalty = (classes === 2 ? 2 : 1) / c;
  const size = x.columns * classes;
  const found = minimize({
    start: new Float64Array(size + classes),
    objective: (point, gradient) => penalisedLoss({ x, coded, penalty }, point, gradient),
    gradientTolerance,
    inverseCurvature: inverseCurvature(x, classes, penalty),
  });
  return {
    n: x.rows,
    classes: coded.classes,
    weights: found.point.slice(0, size),
    intercepts: found.point.slice(size),
    objective: found.value,
    gradientNorm: found.gradientNorm,
    converged: found.converged,
  };
}

/**
 * 1 / (Σᵢ xᵢⱼ²·(1/K)(1 − 1/K) + penalty), the diagonal of the Hessian where all classes are equally likely: counts of
 * common and rare words differ in scale by orders of magnitude.
 */
function inverseCurvature(x: DesignMatrix, classes: number, penalty: number): Float64Array {
  const spread = (1 - 1 / classes) / classes;
  const perFeature = columnSquares(x).map(square => 1 / Math.max(square * spread + penalty, Number.MIN_VALUE));
  const result = new Float64Array((x.columns + 1) * classes).fill(1 / (x.rows * spread));
  perFeature.forEach((value, feature) => result.fill(value, feature * classes, (feature + 1) * classes));
  return result;
}

/** Value and gradient; the point is [weights, intercepts]. */
function penalisedLoss(
  problem: { readonly x: DesignMatrix; readonly coded: CodedLabels; readonly penalty: number },
  point: Float64Array,
  gradient: Float64Array,
): number {
  const { x, coded, penalty } = problem;
  const classes = coded.classes.length;
  const size = x.columns * classes;
  const weights = point.subarray(0, size);
  const intercepts = point.subarray(size);
  const [weightGradient, interceptGradient] = [gradient.subarray(0, size), gradient.subarray(size)];
  let total = 0;
  for (let index = 0; index < size; index++) {
    const weight = weights[index] ?? Number.NaN;
    weightGradient[index] = penalty * weight;
    total += 0.5 * penalty * weight * weight;
  }
  interceptGradient.fill(0);
  const residual = new Float64Array(classes);
  for (let row = 0; row < x.rows; row++) {
    residual.set(intercepts);
    addRowProduct(x, row, weights, residual);
    const label = coded.codes[row] ?? -1;
    const normalizer = logSumExp(residual);
    total += normalizer - (residual[label] ?? Number.NaN);
    for (let k = 0; k < classes; k++) {
      const error = Math.exp((residual[k] ?? Number.NaN) - normalizer) - (k === label ? 1 : 0);
      residual[k] = error;
      interceptGradient[k] = (interceptGradient[k] ?? Number.NaN) + error;
    }
    addRowOuter(x, row, residual, weightGradient);
  }
  return total;
}

/** Logits of rows: rows × classes, row-major. */
export function softmaxLogits(fit: SoftmaxRegression, x: DesignMatrix): Float64Array {
  const classes = fit.classes.length;
  const logits = new Float64Array(x.rows * classes);
  for (let row = 0; row < x.rows; row++) {
    const out = logits.subarray(row * classes, (row + 1) * classes);
    out.set(fit.intercepts);
    addRowProduct(x, row, fit.weights, out);
  }
  return logits;
}

/** What a feature does for a class; importance = coefficient × population standard deviation of the feature. */
export interface FeatureImportance {
  readonly label: string;
  readonly feature: number;
  readonly coefficient: number;
  readonly importance: number;
}

/** The `count` features of largest |importance| for each class, largest first; ties by feature. */
export function largestImportances(fit: SoftmaxRegression, x: DesignMatrix, count: number): FeatureImportance[] {
  const deviations = columnDeviations(x);
  const classes = fit.classes.length;
  return fit.classes.flatMap((label, k) =>
    Array.from(deviations, (deviation, feature): FeatureImportance => {
      const coefficient = fit.weights[feature * classes + k] ?? Number.NaN;
      return { label, feature, coefficient, importance: coefficient * deviation };
    })
      .sort((a, b) => Math.abs(b.importance) - Math.abs(a.importance) || a.feature - b.feature)
      .slice(0, count),
  );
}
