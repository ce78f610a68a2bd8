/** Entropies of the next token against −Σ p ln p of the transformer's logits in double precision. */
import { expect, test } from 'vitest';
import { nextTokenEntropies } from '../../../models/scoring/next-token-entropies.ts';
import { randomStream } from '../../../schemas/random.ts';
import { allBackends, onBackends } from '../on-backends.ts';
import { largestDifference, toyModel } from '../toy-model.ts';
import { logSumExp, referenceForward } from '../transformer/reference-transformer.ts';

const model = toyModel();
const reference = {
  config: model.config,
  weights: new Map([...model.weights].map(([name, { data }]) => [name, Float64Array.from(data)])),
};
const vocabulary = model.config.vocab_size;

/** More than one batch, of all lengths from one token on. */
const { integer } = randomStream(9, 'prompts');
const prompts = Array.from({ length: 70 }, (_, index) =>
  Int32Array.from({ length: 1 + (index % 12) }, () => integer(vocabulary)),
);

function expected(tokens: Int32Array) {
  const logits = referenceForward(reference, tokens).logits.at(-1)!;
  const probabilities = logits.map(logit => Math.exp(logit - logSumExp(logits)));
  return {
    entropy: -probabilities.reduce((sum, p) => sum + p * Math.log(p), 0),
    top: Math.max(...probabilities),
  };
}

onBackends(allBackends, backend => {
  test('every prompt has the entropy and the top probability of what follows its last token', () => {
    const { entropies, topProbabilities } = nextTokenEntropies(backend(), model, prompts);
    const wanted = prompts.map(expected);
    expect(
      largestDifference(
        entropies,
        wanted.map(({ entropy }) => entropy),
      ),
    ).toBeLessThan(2e-6);
    expect(
      largestDifference(
        topProbabilities,
        wanted.map(({ top }) => top),
      ),
    ).toBeLessThan(2e-6);
    // Prompts differ: what one prompt has is not what all have.
    expect(new Set([...entropies].map(entropy => entropy.toFixed(4))).size).toBeGreaterThan(40);
  });

  test('a prompt has the same numbers alone as among others', () => {
    const among = nextTokenEntropies(backend(), model, prompts);
    for (const at of [0, 11, 69]) {
      const alone = nextTokenEntropies(backend(), model, [prompts[at]!]);
      expect(alone.entropies[0]).toBeCloseTo(among.entropies[at]!, 5);
      expect(alone.topProbabilities[0]).toBeCloseTo(among.topProbabilities[at]!, 5);
    }
  });

  test('a model whose logits are all equal is as undecided as can be', () => {
    const flat = new Map(
      [...model.weights].map(([name, { shape, data }]) => [
        name,
        { shape, data: name === 'lm_head.weight' ? new Float32Array(data.length) : data },
      ]),
    );
    const { entropies, topProbabilities } = nextTokenEntropies(backend(), { ...model, weights: flat }, [prompts[5]!]);
    expect(entropies[0]).toBeCloseTo(Math.log(vocabulary), 6);
    expect(topProbabilities[0]).toBeCloseTo(1 / vocabulary, 6);
  });

  test('no prompts give no entropies', () => {
    expect(nextTokenEntropies(backend(), model, []).entropies.length).toBe(0);
  });
});
