/** The logits of the token that follows each of a few sequences. */
import type { Backend } from '../backend/backend.ts';
import { compile } from '../compile/compile.ts';
import { defineTensorFunction } from '../compile/tensor-function.ts';
import { logitsAt } from '../transformer/logits-at.ts';
import type { ModelConfig } from '../transformer/model-config.ts';
import { modelLayout } from '../transformer/model-layout.ts';
import { packWeights } from '../transformer/packed-weights.ts';
import type { ScoredModel } from './batched-inference.ts';

export interface NextLogits {
  /** One vector [vocabulary] per sequence; at most `rows` sequences of at most `length` tokens, none empty. */
  readonly after: (sequences: readonly Int32Array[]) => Float32Array[];
  readonly dispose: () => void;
}

/** One shape for all calls, so that one graph serves a whole completion. */
export function createNextLogits(
  backend: Backend,
  { config, weights }: ScoredModel,
  { rows, length }: { readonly rows: number; readonly length: number },
): NextLogits {
  const { tf } = backend;
  const run = compile(backend, nextLogits, { config });
  const flat = tf.tensor1d(packWeights(modelLayout(config), weights));
  const after = (sequences: readonly Int32Array[]) => {
    const tokens = new Int32Array(rows * length);
    const positions = new Int32Array(rows);
    for (const [row, sequence] of sequences.entries()) {
      tokens.set(sequence, row * length);
      positions[row] = row * length + sequence.length - 1;
    }
    const values = tf.tidy(() => {
      const given = {
        tokens: tf.tensor2d(tokens, [rows, length], 'int32'),
        positions: tf.tensor1d(positions, 'int32'),
      };
      return Float32Array.from(run({ weights: flat, ...given }).logits.dataSync());
    });
    const vocabulary = config.vocab_size;
    return sequences.map((_, row) => values.subarray(row * vocabulary, (row + 1) * vocabulary));
  };
  return { after, dispose: () => flat.dispose() };
}

const nextLogits = defineTensorFunction({
  name: 'next-logits',
  inputs: ['weights', 'tokens', 'positions'],
  outputs: ['logits'],
  run: (tf, { config }: { readonly config: ModelConfig }, inputs) => ({ logits: logitsAt(tf, config, inputs) }),
});
