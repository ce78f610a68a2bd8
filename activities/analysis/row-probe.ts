/** A probe over rows that belong to no model: its control task shuffles labels over rows, and there is no mean to remove. */
import { randomStream } from '../../schemas/random.ts';
import {
  type Classifier,
  type ClassifierCrossValidation,
  crossValidateClassifier,
} from '../../stats/classifier-cross-validation.ts';
import type { DenseMatrix } from '../../stats/dense-matrix.ts';
import { groupedFolds } from '../../stats/grouped-folds.ts';
import { mean } from '../../stats/moments.ts';

/** Shuffles of the labels in a control task. */
export const controlShuffles = 5;

/** Held-out accuracy, rows of one prompt in one fold, and its mean when the labels are dealt out anew over the rows. */
export function probeRows(options: {
  readonly x: DenseMatrix;
  readonly labels: readonly string[];
  readonly prompts: readonly string[];
  readonly classifier: Classifier;
  readonly folds: number;
  readonly seed: number;
}): { readonly held: ClassifierCrossValidation; readonly controlAccuracy: number } {
  const { x, labels, prompts, classifier, folds, seed } = options;
  const foldOf = groupedFolds({ groups: prompts, folds, seed });
  const validate = (given: readonly string[]) =>
    crossValidateClassifier({ features: () => x, labels: given, foldOf, classifier });
  const shuffled = Array.from({ length: controlShuffles }, (_, draw) => {
    const order = randomStream(seed, 'control-task', `${draw}`).permutation(labels.length);
    return validate(Array.from(order, row => labels[row] ?? '')).accuracy;
  });
  return { held: validate(labels), controlAccuracy: mean(shuffled) };
}
