/** Sampling: what is drawn, how often, and with what log-probability. */
import { expect, test } from 'vitest';
import { chooseToken } from '../../../models/scoring/choose-token.ts';
import { sampleCompletions, type SamplingOptions } from '../../../models/scoring/sample-completions.ts';
import { tokenStatistics } from '../../../models/scoring/token-statistics.ts';
import { randomStream } from '../../../schemas/random.ts';
import { allBackends, onBackends } from '../on-backends.ts';
import { largestDifference, toyModel } from '../toy-model.ts';
import { referenceForward } from '../transformer/reference-transformer.ts';

const model = toyModel();
const closing = 12;
const options: SamplingOptions = { temperature: 1, topP: 1, maxNewTokens: 6, closingTokens: [closing] };
const prompts = Array.from({ length: 9 }, (_, seed) => ({
  tokens: Int32Array.from({ length: 1 + (seed % 4) }, (_unused, at) => (seed + at) % 12),
  seed,
}));

onBackends(allBackends, backend => {
  test('reported log-probabilities are those of scoring the completion, whatever the temperature', () => {
    for (const temperature of [0, 0.7, 1.5]) {
      const completions = sampleCompletions(backend(), model, prompts, { ...options, temperature });
      const examples = completions.map(({ tokens }, row) => {
        const prompt = prompts[row]!.tokens;
        return {
          tokens: Int32Array.of(...prompt, ...tokens),
          targets: new Uint8Array(prompt.length + tokens.length).fill(1, prompt.length),
        };
      });
      for (const [row, { negativeLogLikelihoods }] of tokenStatistics(backend(), model, examples).entries()) {
        const { logProbabilities } = completions[row]!;
        expect(
          largestDifference(
            logProbabilities,
            negativeLogLikelihoods.map(value => -value),
          ),
        ).toBeLessThan(2e-5);
      }
    }
  });

  test('temperature 0 takes the most probable token each time', () => {
    const [completion] = sampleCompletions(backend(), model, prompts.slice(0, 1), { ...options, temperature: 0 });
    const weights = new Map([...model.weights].map(([name, { data }]) => [name, Float64Array.from(data)]));
    const sequence = [...prompts[0]!.tokens];
    for (const token of completion!.tokens) {
      const logits = referenceForward({ config: model.config, weights }, sequence).logits.at(-1)!;
      expect(token).toBe(logits.indexOf(Math.max(...logits)));
      sequence.push(token);
    }
  });

  test('a completion ends with the closing token or at the limit', () => {
    const completions = sampleCompletions(backend(), model, prompts, { ...options, temperature: 3 });
    expect(completions.some(({ closed }) => closed) && completions.some(({ closed }) => !closed)).toBe(true);
    for (const { tokens, closed } of completions) {
      expect([...tokens].slice(0, -1)).not.toContain(closing);
      expect(closed).toBe(tokens.at(-1) === closing);
      if (!closed) expect(tokens.length).toBe(options.maxNewTokens);
    }
  });

  test('a completion depends on its own seed, not on what is sampled beside it', () => {
    const all = sampleCompletions(backend(), model, prompts, options);
    const some = sampleCompletions(backend(), model, [prompts[7]!, prompts[2]!], options);
    expect([...some[0]!.tokens]).toEqual([...all[7]!.tokens]);
    expect([...some[1]!.tokens]).toEqual([...all[2]!.tokens]);
    const seeds = Array.from({ length: 20 }, (_, seed) => ({ tokens: Int32Array.of(3), seed }));
    expect(
      new Set(sampleCompletions(backend(), model, seeds, options).map(({ tokens }) => tokens.join())).size,
    ).toBeGreaterThan(10);
  });

  test('a prompt that leaves no room is refused, and no prompts give no completions', () => {
    const long = { tokens: new Int32Array(27), seed: 0 };
    expect(() => sampleCompletions(backend(), model, [long], options)).toThrow(
      '27 tokens and 6 to follow; the model reads 32 at most',
    );
    expect(sampleCompletions(backend(), model, [], options)).toEqual([]);
  });
});

test('tokens are drawn as often as they are probable', () => {
  const probabilities = [0.5, 0.2, 0.05, 0.25];
  const logits = Float32Array.from(probabilities, Math.log);
  const { uniform } = randomStream(3, 'draws');
  const count = (rule: { temperature: number; topP: number }) => {
    const counts = [0, 0, 0, 0];
    for (let draw = 0; draw < 4000; draw++) counts[chooseToken(logits, rule, uniform).token]! += 1;
    return counts.map(each => each / 4000);
  };
  const tempered = probabilities.map(p => p ** 2);
  const total = tempered.reduce((sum, each) => sum + each, 0);
  // Five standard errors of a share near one half.
  expect(largestDifference(count({ temperature: 1, topP: 1 }), probabilities)).toBeLessThan(0.04);
  expect(
    largestDifference(
      count({ temperature: 0.5, topP: 1 }),
      tempered.map(each => each / total),
    ),
  ).toBeLessThan(0.04);
  expect(largestDifference(count({ temperature: 1, topP: 0.75 }), [2 / 3, 0, 0, 1 / 3])).toBeLessThan(0.04);
  expect(count({ temperature: 1, topP: 0.3 })).toEqual([1, 0, 0, 0]);
});

test('the log-probability is that of the logits alone, and ties go to the lower id', () => {
  const logits = Float32Array.of(1000, 1001, 1001);
  const chosen = chooseToken(logits, { temperature: 0, topP: 1 }, () => 0.5);
  expect(chosen.token).toBe(1);
  expect(chosen.logProbability).toBeCloseTo(-Math.log(2 + Math.exp(-1)), 6);
  expect(chooseToken(logits, { temperature: 0.1, topP: 0.1 }, () => 0.99).token).toBe(1);
});
