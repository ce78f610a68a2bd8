/** What a linear read-out of activations knows about the models that made them. */
import { randomStream } from '../schemas/random.ts';
import {
  type Classifier,
  type ClassifierCrossValidation,
  crossValidateClassifier,
} from './classifier-cross-validation.ts';
import { columnMeans, type DenseMatrix, denseMatrix, rowOf, selectRows } from './dense-matrix.ts';
import { groupedFolds } from './grouped-folds.ts';
import { compareText, groupBy } from './grouped-values.ts';
import { mean } from './moments.ts';
import { UnsuitableDataError } from './unsuitable-data-error.ts';
import { addScaled } from './vector.ts';

/** Accuracies are held-out and in [0, 1]; rows of one prompt share a fold. */
export interface LinearProbe {
  readonly held: ClassifierCrossValidation;
  /**
   * Mean accuracy when the models' labels are shuffled over models. Models differ in deterministic ways, so this too is
   * near 1 wherever the probe can tell models apart: accuracy above it is what the label means.
   */
  readonly controlAccuracy: number;
  /** The same with each model's mean activation (over training prompts) taken off its rows: what is left beyond a shift. */
  readonly centred: ClassifierCrossValidation;
}

/**
 * Cross-validated probe over held-out prompts, its control task (Hewitt & Liang 2019) and its accuracy without the
 * models' means.
 *
 * @param options.x one activation vector per row
 * @param options.labels what is predicted, the same for all rows of a model
 * @param options.models the model (checkpoint) of every row
 * @param options.prompts the prompt of every row
 */
export function linearProbe(options: {
  readonly x: DenseMatrix;
  readonly labels: readonly string[];
  readonly models: readonly string[];
  readonly prompts: readonly string[];
  readonly classifier: Classifier;
  readonly folds?: number;
  /** Shuffles of the control task. */
  readonly controls?: number;
  readonly seed: number;
}): LinearProbe {
  const { x, labels, models, prompts, classifier, folds = 5, controls = 5, seed } = options;
  const foldOf = groupedFolds({ groups: prompts, folds, seed });
  const features = () => x;
  const control = Array.from({ length: controls }, (_, draw) => {
    const relabelled = shuffleOverModels({ labels, models, seed, draw });
    return crossValidateClassifier({ features, labels: relabelled, foldOf, classifier }).accuracy;
  });
  return {
    held: crossValidateClassifier({ features, labels, foldOf, classifier }),
    controlAccuracy: mean(control),
    centred: crossValidateClassifier({
      features: trainRows => withoutModelMeans(x, models, trainRows),
      labels,
      foldOf,
      classifier,
    }),
  };
}

/** The labels of whole models, dealt out again. */
function shuffleOverModels(of: {
  readonly labels: readonly string[];
  readonly models: readonly string[];
  readonly seed: number;
  readonly draw: number;
}): string[] {
  const labelOf = new Map<string, string>();
  of.models.forEach((model, row) => {
    const label = of.labels[row] ?? '';
    const known = labelOf.get(model) ?? label;
    if (known !== label) {
      throw new UnsuitableDataError(
        'inconsistent-labels',
        `model "${model}" is labelled both "${known}" and "${label}"; a probe predicts what is the same for all rows of a model`,
      );
    }
    labelOf.set(model, label);
  });
  const names = [...labelOf.keys()].sort(compareText);
  const order = randomStream(of.seed, 'control-task', `${of.draw}`).permutation(names.length);
  const dealt = new Map(names.map((name, index) => [name, labelOf.get(names[order[index] ?? -1] ?? '') ?? '']));
  return of.models.map(model => dealt.get(model) ?? '');
}

/** All rows without the mean of their model's training rows. */
function withoutModelMeans(x: DenseMatrix, models: readonly string[], trainRows: Int32Array): DenseMatrix {
  const rowsOf = groupBy([...trainRows], row => models[row] ?? '');
  const means = new Map([...rowsOf].map(([model, rows]) => [model, columnMeans(selectRows(x, rows))]));
  const centred = denseMatrix(x.rows, x.columns, x.values.slice());
  models.forEach((model, row) => {
    const own = means.get(model);
    if (own === undefined) {
      throw new UnsuitableDataError(
        'too-few',
        `model "${model}" has no activations in the training folds, so its mean cannot be removed; give it more prompts`,
      );
    }
    addScaled(rowOf(centred, row), -1, own);
  });
  return centred;
}
