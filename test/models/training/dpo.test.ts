/** Direct preference optimisation: value at the start, value later, and gradient. */
import { describe, expect, test } from 'vitest';
import { scoreCompletions } from '../../../models/scoring/score-completions.ts';
import { type Example, targetPositions } from '../../../models/text/example.ts';
import { createDpoTrainer, type DpoOptions } from '../../../models/training/dpo-trainer.ts';
import { modelLayout } from '../../../models/transformer/model-layout.ts';
import { unpackWeights } from '../../../models/transformer/packed-weights.ts';
import { allBackends, onBackends } from '../on-backends.ts';
import { largestDifference, toyConfig, toyExamples, toyModel, toyTraining } from '../toy-model.ts';
import {
  numericGradient,
  referenceLogProbabilities,
  type ReferenceWeights,
} from '../transformer/reference-transformer.ts';

const model = toyModel(toyConfig({ num_hidden_layers: 1, vocab_size: 7 }));
const { config } = model;
const examples = toyExamples(6, 7).map((example, index) =>
  index === 1 ? { ...example, targets: example.targets.with(1, 1) } : example,
);
const [chosen, rejected] = [examples.slice(0, 3), examples.slice(3)];
const weights: ReferenceWeights = new Map(
  [...model.weights].map(([name, { data }]) => [name, Float64Array.from(data)]),
);

describe.each([false, true])('length-normalised: %s', lengthNormalized => {
  const beta = lengthNormalized ? 5 : 0.5;
  const sequence = (of: ReferenceWeights, example: Example) => {
    const sum = referenceLogProbabilities({ config, weights: of }, example).reduce((total, value) => total + value, 0);
    return lengthNormalized ? sum / targetPositions(example).length : sum;
  };
  const divisor = (example: Example) => (lengthNormalized ? targetPositions(example).length : 1);
  /** Mean of −log σ(β·((chosen − its reference) − (rejected − its reference))). */
  const loss = (of: ReferenceWeights, reference: readonly { chosen: number; rejected: number }[]) =>
    reference
      .map(({ chosen: c, rejected: r }, pair) => {
        const ours = sequence(of, chosen[pair]!) - sequence(of, rejected[pair]!);
        const theirs = c / divisor(chosen[pair]!) - r / divisor(rejected[pair]!);
        return Math.log1p(Math.exp(-beta * (ours - theirs)));
      })
      .reduce((sum, value) => sum + value, 0) / reference.length;

  let slopes: ReturnType<typeof numericGradient> | undefined;

  onBackends(allBackends, backend => {
    const trainer = (reference: readonly { chosen: number; rejected: number }[], changes: Partial<DpoOptions> = {}) =>
      createDpoTrainer(backend(), {
        ...toyTraining,
        model,
        beta,
        lengthNormalized,
        batchSize: 3,
        pairs: reference.map((each, pair) => ({ chosen: chosen[pair]!, rejected: rejected[pair]!, reference: each })),
        ...changes,
      });

    test('against the model itself the loss begins at ln 2', () => {
      const [forChosen, forRejected] = [chosen, rejected].map(
        each => scoreCompletions(backend(), model, each, 'included').logProbabilities,
      );
      const run = trainer([0, 1, 2].map(pair => ({ chosen: forChosen![pair]!, rejected: forRejected![pair]! })));
      expect(run.step().loss).toBeCloseTo(Math.LN2, 6);
      expect(run.step().loss).toBeLessThan(Math.LN2);
      run.dispose();
    });

    test('loss and gradient are those of the definition', () => {
      const reference = [
        { chosen: -3, rejected: -6 },
        { chosen: -7, rejected: -5 },
        { chosen: -4, rejected: -4.5 },
      ];
      // With β₁ = 0 and no clipping, the first moment after one step is the gradient.
      const optimizer = { ...toyTraining.optimizer, beta1: 0, maxGradientNorm: null, weightDecay: 0 };
      const run = trainer(reference, { optimizer });
      const report = run.step();
      const state = run.state();
      run.dispose();
      expect(report.loss).toBeCloseTo(loss(weights, reference), 5);
      slopes ??= numericGradient(weights, changed => loss(changed, reference));
      for (const [name] of unpackWeights(modelLayout(config), new Float32Array(modelLayout(config).size))) {
        const gradient = state.tensors.get(`firstMoment/${name}`)!.data;
        expect(largestDifference(gradient, slopes.get(name)!), name).toBeLessThan(2e-5);
      }
    });
  });
});
