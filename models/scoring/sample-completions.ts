/** Draws completions of prompts, token by token. */
import { randomStream } from '../../schemas/random.ts';
import type { Backend } from '../backend/backend.ts';
import { paddedSize } from '../batch/batch-shape.ts';
import { checkTokens } from '../text/check-tokens.ts';
import type { ScoredModel } from './batched-inference.ts';
import { type ChosenToken, chooseToken, type SamplingRule } from './choose-token.ts';
import { createNextLogits, type NextLogits } from './next-logits.ts';

export interface SamplingPrompt {
  readonly tokens: Int32Array;
  /** Draws this prompt's completion, whatever is sampled beside it. */
  readonly seed: number;
}

export interface SamplingOptions extends SamplingRule {
  readonly maxNewTokens: number;
  /** A completion ends with the first of these. */
  readonly closingTokens: readonly number[];
}

export interface Completion {
  /** Without the prompt; the closing token is the last one where there is one. */
  readonly tokens: Int32Array;
  /** Log-probability of each token under the model itself (temperature 1, nothing cut off). */
  readonly logProbabilities: Float32Array;
  /** Whether it ended with a closing token, not with the limit. */
  readonly closed: boolean;
}

/** Prompts that are sampled at once. */
const rowsPerBatch = 64;

/** Throws a TextError where a prompt with its completion may be longer than the model reads. */
export function sampleCompletions(
  backend: Backend,
  model: ScoredModel,
  prompts: readonly SamplingPrompt[],
  options: SamplingOptions,
): Completion[] {
  if (prompts.length === 0) return [];
  checkTokens(model.config, prompts, options.maxNewTokens);
  const longest = prompts.reduce((length, { tokens }) => Math.max(length, tokens.length), 0);
  const rows = Math.min(rowsPerBatch, 2 ** Math.ceil(Math.log2(prompts.length)));
  const logits = createNextLogits(backend, model, { rows, length: paddedSize(longest + options.maxNewTokens, 8) });
  const sequences = prompts.map(({ tokens, seed }) => {
    const { uniform } = randomStream(seed, 'sampling');
    return { prompt: tokens, chosen: new Array<ChosenToken>(), uniform };
  });
  try {
    for (let first = 0; first < sequences.length; first += rows) {
      completeBatch(sequences.slice(first, first + rows), options, logits);
    }
  } finally {
    logits.dispose();
  }
  return sequences.map(({ chosen }) => ({
    tokens: Int32Array.from(chosen, ({ token }) => token),
    logProbabilities: Float32Array.from(chosen, ({ logProbability }) => logProbability),
    closed: isClosed(chosen, options),
  }));
}

/** A prompt with what has been drawn so far. */
interface Sequence {
  readonly prompt: Int32Array;
  readonly chosen: ChosenToken[];
  readonly uniform: () => number;
}

function completeBatch(sequences: readonly Sequence[], options: SamplingOptions, logits: NextLogits): void {
  for (let length = 0; length < options.maxNewTokens; length++) {
    const open = sequences.filter(({ chosen }) => !isClosed(chosen, options));
    if (open.length === 0) return;
    // Closed sequences keep their places: what the others are given then stays the same bit for bit.
    const next = logits.after(sequences.map(written));
    for (const [row, sequence] of sequences.entries()) {
      const own = next[row];
      if (own === undefined) throw new Error(`internal: there are no logits for row ${row}`);
      if (!isClosed(sequence.chosen, options)) sequence.chosen.push(chooseToken(own, options, sequence.uniform));
    }
  }
}

function written({ prompt, chosen }: Sequence): Int32Array {
  return Int32Array.of(...prompt, ...chosen.map(({ token }) => token));
}

function isClosed(chosen: readonly ChosenToken[], { closingTokens }: SamplingOptions): boolean {
  const last = chosen.at(-1);
  return last !== undefined && closingTokens.includes(last.token);
}
