/** Held-out accuracy of a classifier. */
import { classificationScores, type ClassificationScores, majorityClass } from './classification-scores.ts';
import { type DesignMatrix, selectDesignRows } from './design-matrix.ts';
import { splitByFold } from './grouped-folds.ts';
import { codeLabels } from './label-coding.ts';

/** Fits on training rows and names the class of every test row. Labels may lack a class that others have. */
export type Classifier = (
  train: { readonly x: DesignMatrix; readonly labels: readonly string[] },
  testX: DesignMatrix,
) => readonly string[];

export interface FoldScores extends ClassificationScores {
  readonly fold: number;
  readonly trainRows: number;
  /** Accuracy, on the test rows, of always naming the largest class of the training rows. */
  readonly majorityAccuracy: number;
}

/** n counts rows; the folds say which rows are independent. */
export interface ClassifierCrossValidation extends ClassificationScores {
  readonly classes: readonly string[];
  readonly majorityAccuracy: number;
  readonly folds: readonly FoldScores[];
  /** Held-out class of every row. */
  readonly predicted: readonly string[];
}

/**
 * Every row predicted once, by a fit on the other folds (`groupedFolds`).
 *
 * @param options.features all rows' features as one fold sees them, from that fold's training rows: for what is
 *   estimated from data before the fit (a mean taken off), so that nothing of the test rows enters it
 */
export function crossValidateClassifier(options: {
  readonly features: (trainRows: Int32Array) => DesignMatrix;
  readonly labels: readonly string[];
  readonly foldOf: Int32Array;
  readonly classifier: Classifier;
}): ClassifierCrossValidation {
  const { classes, codes } = codeLabels(options.labels);
  const codeOf = new Map(classes.map((name, code) => [name, code]));
  const { predicted, majority } = predictFolds(options);
  const guesses = codesOf(predicted, codeOf);
  const majorities = codesOf(majority, codeOf);
  const scoreRows = (keep: (row: number) => boolean) => {
    const rows = codes.map((_, row) => row).filter(keep);
    const pick = (values: Int32Array) => rows.map(row => values[row] ?? -1);
    return {
      ...classificationScores(pick(codes), pick(guesses), classes.length),
      majorityAccuracy: classificationScores(pick(codes), pick(majorities), classes.length).accuracy,
    };
  };
  const folds = [...new Set(options.foldOf)].sort((a, b) => a - b);
  return {
    ...scoreRows(() => true),
    classes,
    predicted,
    folds: folds.map(fold => {
      const scores = scoreRows(row => options.foldOf[row] === fold);
      return { ...scores, fold, trainRows: codes.length - scores.n };
    }),
  };
}

/** Held-out classes by the classifier, and by always naming the largest class of the training rows. */
function predictFolds(options: {
  readonly features: (trainRows: Int32Array) => DesignMatrix;
  readonly labels: readonly string[];
  readonly foldOf: Int32Array;
  readonly classifier: Classifier;
}): { readonly predicted: readonly string[]; readonly majority: readonly string[] } {
  const { features, labels, foldOf, classifier } = options;
  const predicted = labels.map(() => '');
  const majority = labels.map(() => '');
  for (const fold of new Set(foldOf)) {
    const { train, test } = splitByFold(foldOf, fold);
    const x = features(train);
    const trainLabels = Array.from(train, row => labels[row] ?? '');
    const named = classifier({ x: selectDesignRows(x, train), labels: trainLabels }, selectDesignRows(x, test));
    const { classes, codes } = codeLabels(trainLabels);
    const commonest = classes[majorityClass(codes, classes.length)] ?? '';
    test.forEach((row, position) => {
      predicted[row] = named[position] ?? '';
      majority[row] = commonest;
    });
  }
  return { predicted, majority };
}

function codesOf(names: readonly string[], codeOf: ReadonlyMap<string, number>): Int32Array {
  return Int32Array.from(names, name => codeOf.get(name) ?? -1);
}
