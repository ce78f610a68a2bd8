/** Scores, token statistics and activations against the transformer in double precision. */
import { expect, test } from 'vitest';
import { compile } from '../../../models/compile/compile.ts';
import { defineTensorFunction } from '../../../models/compile/tensor-function.ts';
import { captureActivations } from '../../../models/scoring/capture-activations.ts';
import { scoreCompletions } from '../../../models/scoring/score-completions.ts';
import { entropyOf, tokenStatistics } from '../../../models/scoring/token-statistics.ts';
import { targetPositions } from '../../../models/text/example.ts';
import { allBackends, onBackends } from '../on-backends.ts';
import { largestDifference, toyExamples, toyModel } from '../toy-model.ts';
import { logSumExp, referenceForward, referenceLogProbabilities } from '../transformer/reference-transformer.ts';

const model = toyModel();
const reference = {
  config: model.config,
  weights: new Map([...model.weights].map(([name, { data }]) => [name, Float64Array.from(data)])),
};
// More than one batch, the last one not full.
const examples = toyExamples(70);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const entropies = defineTensorFunction({
  name: 'test-entropies',
  inputs: ['logits'],
  outputs: ['entropies'],
  run: (_tf, _options: Record<string, never>, { logits }) => ({ entropies: entropyOf(logits) }),
});

onBackends(allBackends, backend => {
  test('a completion scores the sum over its targets, with or without what closes it', () => {
    const included = scoreCompletions(backend(), model, examples, 'included');
    const excluded = scoreCompletions(backend(), model, examples, 'excluded');
    const expected = examples.map(example => referenceLogProbabilities(reference, example));
    expect(largestDifference(included.logProbabilities, expected.map(sum))).toBeLessThan(2e-5);
    expect(
      largestDifference(
        excluded.logProbabilities,
        expected.map(values => sum(values.slice(0, -1))),
      ),
    ).toBeLessThan(2e-5);
    expect(new Set(included.tokens)).toEqual(new Set([3]));
    expect(new Set(excluded.tokens)).toEqual(new Set([2]));
  });

  test('no examples give no scores', () => {
    expect(scoreCompletions(backend(), model, [], 'included').logProbabilities.length).toBe(0);
  });

  test('token statistics are those of the distribution that predicts each target', () => {
    const statistics = tokenStatistics(backend(), model, examples);
    for (const [row, { positions, negativeLogLikelihoods, entropies: measured }] of statistics.entries()) {
      const example = examples[row]!;
      expect([...positions]).toEqual(targetPositions(example));
      const { logits } = referenceForward(reference, example.tokens);
      for (const [index, position] of positions.entries()) {
        const before = logits[position - 1]!;
        const logProbabilities = before.map(value => value - logSumExp(before));
        expect(negativeLogLikelihoods[index]!).toBeCloseTo(-logProbabilities[example.tokens[position]!]!, 4);
        expect(measured[index]!).toBeCloseTo(-sum(logProbabilities.map(value => Math.exp(value) * value)), 4);
      }
    }
  });

  test('the entropy is ln V of equal logits, 0 of certainty, and the same for shifted and huge logits', () => {
    const { tf } = backend();
    const rows = [
      [0, 0, 0, 0],
      [1e4, 1e4, 1e4, 1e4],
      [0, 1e4, 0, 0],
      [1, 2, 3, 4],
      [1e3 + 1, 1e3 + 2, 1e3 + 3, 1e3 + 4],
    ];
    const values = tf.tidy(() => [
      ...compile(backend(), entropies, {})({ logits: tf.tensor2d(rows) }).entropies.dataSync(),
    ]);
    expect(values[0]).toBeCloseTo(Math.log(4), 6);
    expect(values[1]).toBeCloseTo(Math.log(4), 6);
    expect(values[2]).toBe(0);
    expect(values[4]).toBeCloseTo(values[3]!, 5);
  });

  test('activations are the residual stream after the named blocks, at the last token or mean of the targets', () => {
    const few = examples.slice(0, 5);
    const last = captureActivations(backend(), model, few, { layers: [1, 0], position: 'last' });
    const means = captureActivations(backend(), model, few, { layers: [0], position: 'mean-of-targets' });
    expect([last.shape, means.shape]).toEqual([
      [5, 2, 8],
      [5, 1, 8],
    ]);
    for (const [row, example] of few.entries()) {
      const { streams } = referenceForward(reference, example.tokens);
      const expected = [...streams[1]!.at(-1)!, ...streams[0]!.at(-1)!];
      expect(largestDifference(last.data.subarray(row * 16, row * 16 + 16), expected)).toBeLessThan(1e-5);
      const targets = targetPositions(example).map(position => streams[0]![position]!);
      const mean = targets[0]!.map((_, at) => sum(targets.map(vector => vector[at]!)) / targets.length);
      expect(largestDifference(means.data.subarray(row * 8, row * 8 + 8), mean)).toBeLessThan(1e-5);
    }
  });

  test('a layer that is not there is refused', () => {
    const capture = () => captureActivations(backend(), model, examples, { layers: [2], position: 'last' });
    expect(capture).toThrow('there is no layer 2: the model has layers 0 to 1');
  });

  test('a row with nothing to score is refused', () => {
    const closed = { tokens: Int32Array.of(1, 2), targets: Uint8Array.of(0, 2) };
    const score = () => scoreCompletions(backend(), model, [examples[0]!, closed], 'excluded');
    expect(score).toThrow('row 1 (counted from 0): it has no token to score');
  });

  test('a mean over no targets is refused by row', () => {
    const bare = { tokens: Int32Array.of(1, 2), targets: Uint8Array.of(0, 0) };
    const capture = () =>
      captureActivations(backend(), model, [examples[0]!, bare], { layers: [0], position: 'mean-of-targets' });
    expect(capture).toThrow('row 1 (counted from 0): it has no targets');
  });
});
