/** What supervised fine-tuning learns from, and what it does not. */
import { expect, test } from 'vitest';
import type { Example } from '../../../models/text/example.ts';
import { createSftTrainer } from '../../../models/training/sft-trainer.ts';
import { allBackends, onBackends } from '../on-backends.ts';
import { allNumbers, largestDifference, toyConfig, toyModel, toyTraining } from '../toy-model.ts';
import { referenceLoss } from '../transformer/reference-transformer.ts';

const model = toyModel();
const example = (tokens: readonly number[], targets: readonly number[]): Example => ({
  tokens: Int32Array.from(tokens),
  targets: Uint8Array.from(targets),
});

onBackends(allBackends, backend => {
  /** Reports and weights after steps over all examples at once. */
  const train = (examples: readonly Example[], steps = 1) => {
    const trainer = createSftTrainer(backend(), { ...toyTraining, model, examples, steps, batchSize: examples.length });
    const reports = Array.from({ length: steps }, () => trainer.step());
    const numbers = allNumbers(trainer.weights());
    trainer.dispose();
    return { reports, numbers };
  };

  test('the loss is the mean over the target tokens of the batch, not over rows', () => {
    const examples = [example([1, 2, 3, 4, 5], [0, 1, 1, 1, 2]), example([6, 7, 8], [0, 0, 1])];
    const { reports } = train(examples);
    const weights = new Map([...model.weights].map(([name, { data }]) => [name, Float64Array.from(data)]));
    expect(reports[0]!.targetTokens).toBe(5);
    expect(reports[0]!.loss).toBeCloseTo(referenceLoss({ config: model.config, weights }, examples), 5);
  });

  test('what follows the last target changes nothing', () => {
    const short = train([example([1, 2, 3], [0, 0, 1]), example([4, 5, 6, 7], [0, 1, 1, 1])], 2);
    const longer = train([example([1, 2, 3, 9, 9], [0, 0, 1, 0, 0]), example([4, 5, 6, 7, 8], [0, 1, 1, 1, 0])], 2);
    expect(largestDifference(short.numbers, longer.numbers)).toBeLessThan(1e-6);
  });

  test('a token before the target that is no target itself still matters', () => {
    const one = train([example([1, 2, 3], [0, 0, 1])]);
    const other = train([example([1, 4, 3], [0, 0, 1])]);
    expect(largestDifference(one.numbers, other.numbers)).toBeGreaterThan(1e-4);
  });

  test('reports count steps from one and give the learning rate of the schedule', () => {
    const { reports } = train([example([1, 2], [0, 1])], 3);
    expect(reports.map(({ step }) => step)).toEqual([1, 2, 3]);
    const rates = reports.map(({ learningRate }) => learningRate);
    expect(largestDifference(rates, [0.01, 0.02 / 3, 0.01 / 3])).toBeLessThan(1e-12);
    for (const { gradientNorm } of reports) expect(gradientNorm).toBeGreaterThan(0);
  });

  test('a step after the last is a bug', () => {
    const trainer = createSftTrainer(backend(), {
      ...toyTraining,
      model,
      examples: [example([1, 2], [0, 1])],
      steps: 1,
    });
    trainer.step();
    expect(() => trainer.step()).toThrow('internal: all 1 steps are done');
    trainer.dispose();
  });

  test('rows that the model cannot read are refused before anything runs', () => {
    const refused =
      (tokens: readonly number[], config = model.config) =>
      () =>
        createSftTrainer(backend(), {
          ...toyTraining,
          model: { ...model, config },
          examples: [
            example([1, 2], [0, 1]),
            example(
              tokens,
              tokens.map(() => 1),
            ),
          ],
        });
    expect(refused([1, 13])).toThrow('row 1 (counted from 0): token 13; the model knows 13');
    expect(refused([1, -1])).toThrow('row 1 (counted from 0): token -1');
    expect(refused([])).toThrow('row 1 (counted from 0): it has no tokens');
    expect(refused([1, 2, 3], toyConfig({ max_position_embeddings: 2 }))).toThrow(
      '3 tokens; the model reads 2 at most',
    );
  });
});
