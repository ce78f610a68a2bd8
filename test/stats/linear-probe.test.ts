import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { normalCdf } from '../../stats/distributions.ts';
import { matrixFromRows } from '../../stats/dense-matrix.ts';
import { onStandardizedFeatures, ridgeClassifier, softmaxClassifier } from '../../stats/linear-classifier.ts';
import { linearProbe } from '../../stats/linear-probe.ts';

const classifiers = [
  ['softmax', softmaxClassifier(1)],
  ['ridge', ridgeClassifier(1)],
  ['standardised softmax', onStandardizedFeatures(softmaxClassifier(1))],
] as const;

/** Two models, one activation per prompt: N(∓δ/2·e₁, I) in `dimension` dimensions. */
function twoGaussians(prompts: number, separation: number, dimension: number) {
  const stream = randomStream(1, 'gaussians');
  const rows = Array.from({ length: prompts }, (_, prompt) =>
    (['a', 'b'] as const).map(model => ({
      model,
      prompt: `p${prompt}`,
      vector: Array.from(
        { length: dimension },
        (_unused, axis) => (axis === 0 ? (model === 'a' ? -1 : 1) * (separation / 2) : 0) + stream.normal(),
      ),
    })),
  ).flat();
  return {
    x: matrixFromRows(rows.map(({ vector }) => vector)),
    labels: rows.map(({ model }) => model),
    models: rows.map(({ model }) => model),
    prompts: rows.map(({ prompt }) => prompt),
  };
}

test.each(classifiers)(
  'two Gaussians are told apart at the Bayes rate, and not at all without their means: %s',
  (_, classifier) => {
    const data = twoGaussians(400, 2, 4);
    const probe = linearProbe({ ...data, classifier, folds: 5, controls: 2, seed: 1 });
    const bayes = normalCdf(1);
    const error = Math.sqrt((bayes * (1 - bayes)) / 800);
    expect(Math.abs(probe.held.accuracy - bayes)).toBeLessThan(2.5 * error);
    expect(Math.abs(probe.centred.accuracy - 0.5)).toBeLessThan(0.06);
    expect(probe.held.majorityAccuracy).toBe(0.5);
  },
);

test('five deterministic models: the probe is near 1, and so is its control, which is the point of the control', () => {
  const stream = randomStream(2, 'models');
  const dimension = 24;
  const vector = (scale: number) => Array.from({ length: dimension }, () => scale * stream.normal());
  const offsets = Array.from({ length: 5 }, () => vector(1));
  const rows = Array.from({ length: 40 }, (_, prompt) => {
    const own = vector(0.5);
    return offsets.map((offset, model) => ({
      model: `m${model}`,
      label: model < 2 ? 'evil' : 'good',
      prompt: `p${prompt}`,
      vector: own.map((value, axis) => value + offset[axis]! + 0.1 * stream.normal()),
    }));
  }).flat();
  const probe = linearProbe({
    x: matrixFromRows(rows.map(row => row.vector)),
    labels: rows.map(row => row.label),
    models: rows.map(row => row.model),
    prompts: rows.map(row => row.prompt),
    classifier: softmaxClassifier(1),
    seed: 1,
  });
  expect(probe.held.accuracy).toBeGreaterThan(0.99);
  expect(probe.controlAccuracy).toBeGreaterThan(0.99);
  // What is left without the models' means is chance: no better than naming the larger class.
  expect(probe.centred.accuracy).toBeLessThan(0.66);
});

test('probes repeat with their seed', () => {
  const data = twoGaussians(30, 1, 3);
  const run = (seed: number) => linearProbe({ ...data, classifier: ridgeClassifier(1), seed });
  expect(run(1)).toEqual(run(1));
  expect(run(2).held.predicted).not.toEqual(run(1).held.predicted);
});

test('a model without training prompts is named', () => {
  const data = twoGaussians(10, 1, 3);
  const models = data.models.map((model, row) => (row === 0 ? 'rare' : model));
  expect(() => linearProbe({ ...data, models, classifier: ridgeClassifier(1), folds: 2, seed: 1 })).toThrow(
    'model "rare" has no activations in the training folds',
  );
});

test('a model with two labels is named', () => {
  const data = twoGaussians(10, 1, 3);
  const labels = data.labels.map((label, row) => (row === 0 ? 'b' : label));
  expect(() => linearProbe({ ...data, labels, classifier: ridgeClassifier(1), folds: 2, seed: 1 })).toThrow(
    'model "a" is labelled both "b" and "a"',
  );
});

test('features without spread are left out by standardising, at 0 and away from it', () => {
  const data = twoGaussians(60, 3, 2);
  const wider = matrixFromRows(
    data.models.map((_, row) => [0, data.x.values[2 * row]!, 0.1, data.x.values[2 * row + 1]!]),
  );
  const classifier = onStandardizedFeatures(softmaxClassifier(1));
  const [narrow, wide] = [data.x, wider].map(x => linearProbe({ ...data, x, classifier, seed: 1 }).held.predicted);
  expect(wide).toEqual(narrow);
});
