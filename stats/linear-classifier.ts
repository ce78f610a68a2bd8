/** Linear classifiers in the form cross-validation takes: softmax and ridge. */
import type { Classifier } from './classifier-cross-validation.ts';
import { centerColumns, columnMeans, denseMatrix, type DenseMatrix, rowOf } from './dense-matrix.ts';
import { columnDeviations, type DesignMatrix } from './design-matrix.ts';
import { codeLabels } from './label-coding.ts';
import { fitRidge, predictRidge } from './ridge.ts';
import { softmaxLogits, softmaxRegression } from './softmax-regression.ts';

/** Named classes do not change with the last digits of the weights, and cross-validation fits many times. */
const gradientTolerance = 1e-3;

/** Multinomial logistic regression with inverse penalty strength c (`softmaxRegression`), on features as they are. */
export function softmaxClassifier(c: number): Classifier {
  return (train, testX) => {
    const { classes } = codeLabels(train.labels);
    if (classes.length < 2) return Array.from({ length: testX.rows }, () => classes[0] ?? '');
    const fit = softmaxRegression({ ...train, c, gradientTolerance });
    return namesOfLargest(denseMatrix(testX.rows, classes.length, softmaxLogits(fit, testX)), classes);
  };
}

/** Ridge regression of one 0/1 column per class; the class of the largest prediction. Dense features only. */
export function ridgeClassifier(lambda: number): Classifier {
  return (train, testX) => {
    const { classes, codes } = codeLabels(train.labels);
    const y = denseMatrix(codes.length, classes.length);
    codes.forEach((code, row) => {
      y.values[row * classes.length + code] = 1;
    });
    const fit = fitRidge({ x: requireDense(train.x), y, lambda });
    return namesOfLargest(predictRidge(fit, requireDense(testX)), classes);
  };
}

/**
 * The classifier on features centred and scaled to standard deviation 1 by the training rows, so that the penalty does
 * not depend on the features' units. Features without spread become 0. Dense features only.
 */
export function onStandardizedFeatures(classifier: Classifier): Classifier {
  return (train, testX) => {
    const x = requireDense(train.x);
    const means = columnMeans(x);
    const scales = columnDeviations(x).map((deviation, column) =>
      deviation > 1e-12 * Math.abs(means[column] ?? Number.NaN) ? 1 / deviation : 0,
    );
    const apply = (matrix: DenseMatrix) => {
      const centered = centerColumns(matrix, means);
      centered.values.forEach((value, index) => {
        centered.values[index] = value * (scales[index % matrix.columns] ?? Number.NaN);
      });
      return centered;
    };
    return classifier({ x: apply(x), labels: train.labels }, apply(requireDense(testX)));
  };
}

function namesOfLargest(scores: DenseMatrix, classes: readonly string[]): string[] {
  return Array.from({ length: scores.rows }, (_, row) => {
    const own = rowOf(scores, row);
    const largest = own.reduce((best, score, k) => (score > (own[best] ?? Number.NaN) ? k : best), 0);
    return classes[largest] ?? '';
  });
}

function requireDense(x: DesignMatrix): DenseMatrix {
  if (x.kind !== 'dense') throw new TypeError('internal: this classifier takes dense features');
  return x;
}
