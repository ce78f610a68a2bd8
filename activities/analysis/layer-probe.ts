/** A linear probe of one layer: held-out prompts, the control task, and what is left without the models' means. */
import type { ClassifierCrossValidation } from '../../stats/classifier-cross-validation.ts';
import { onStandardizedFeatures, softmaxClassifier } from '../../stats/linear-classifier.ts';
import { linearProbe } from '../../stats/linear-probe.ts';
import { CellFailure } from '../cell-failure.ts';
import { type ActivationLayer, activationMatrix } from './activation-layers.ts';
import { requireGroups } from './enough-groups.ts';
import { modelName, modelsOf } from './model-prompts.ts';
import { controlShuffles, probeRows } from './row-probe.ts';

export interface ProbeOptions {
  /** Axes that name a model: the first names of every activation, its label the next. Without any, each row is its own. */
  readonly checkpoint: readonly string[];
  readonly width: number;
  readonly folds: number;
  /** Inverse strength of the L2 penalty, on features at standard deviation 1 over the training rows. */
  readonly c: number;
  readonly seed: number;
}

/** Accuracies are held-out and in [0, 1]. */
export interface LayerProbe {
  readonly layer: number;
  readonly held: ClassifierCrossValidation;
  readonly controlAccuracy: number;
  /** NaN where no axis names a model, whose mean could be removed. */
  readonly centredAccuracy: number;
  readonly prompts: number;
  /** Rows, where no axis names a model. */
  readonly models: number;
}

/** A softmax probe of the layer's labels. */
export function probeLayer(layer: ActivationLayer, options: ProbeOptions): LayerProbe {
  const { activations } = layer;
  const { checkpoint, width, folds, c, seed } = options;
  const labels = activations.map(({ names }) => names[checkpoint.length] ?? '');
  requireLabels(labels, layer);
  const prompts = activations.map(({ prompt }) => prompt);
  const classifier = onStandardizedFeatures(softmaxClassifier(c));
  const data = { x: activationMatrix(activations, width), labels, prompts, classifier, folds, seed };
  requireGroups(new Set(prompts).size, 'prompt', folds);
  const counts = { layer: layer.layer, prompts: new Set(prompts).size };
  if (checkpoint.length === 0) {
    return { ...counts, ...probeRows(data), centredAccuracy: Number.NaN, models: labels.length };
  }
  const models = modelsOf(layer, checkpoint, 'checkpoint').length;
  const modelOf = activations.map(({ names }) => modelName(checkpoint, names));
  const { held, controlAccuracy, centred } = linearProbe({ ...data, models: modelOf, controls: controlShuffles });
  return { ...counts, held, controlAccuracy, centredAccuracy: centred.accuracy, models };
}

function requireLabels(labels: readonly string[], { layer }: ActivationLayer): void {
  if (new Set(labels).size > 1) return;
  throw new CellFailure(
    'user',
    `the label of all rows at layer ${layer} is ${labels[0] ?? ''}: there is nothing to tell apart`,
  );
}
