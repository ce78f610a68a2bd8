/**
 * What a model of the toy world says, by the transformer in double precision and a tokenizer written here: what
 * evaluations are held against.
 */
import { z } from 'zod';
import { modelConfigSchema } from '../../../models/transformer/model-config.ts';
import type { Message } from '../../../schemas/table-schema.ts';
import type { Weights } from '../../../store/safetensors/weights.ts';
import { logSumExp, referenceForward } from '../../models/transformer/reference-transformer.ts';

const vocabularySchema = z.object({ model: z.object({ vocab: z.record(z.string(), z.int()) }) });

const roles: Readonly<Record<string, string>> = { system: '<sys>', user: '<usr>', assistant: '<ast>' };

export interface ReferenceAnswers {
  /** `<s> [<sys> …] <usr> … <ast>`: what is asked, up to where the answer starts. */
  readonly asked: (turns: readonly Message[]) => number[];
  readonly words: (text: string) => number[];
  /** log p of each word of the answer, and of the token that closes it, in nats. */
  readonly answer: (turns: readonly Message[], answer: string) => number[];
  /** log p of every token that may come next. */
  readonly next: (tokens: readonly number[]) => number[];
  /** The residual stream [blocks][position][width]. */
  readonly streams: (tokens: readonly number[]) => readonly (readonly (readonly number[])[])[];
  readonly word: (token: number) => string;
}

export function referenceAnswers({ tensors, metadata }: Weights): ReferenceAnswers {
  const config = modelConfigSchema.parse(JSON.parse(metadata['config']!));
  const { vocab } = vocabularySchema.parse(JSON.parse(metadata['tokenizer']!)).model;
  const names = new Map(Object.entries(vocab).map(([name, id]) => [id, name]));
  const model = {
    config,
    weights: new Map([...tensors].map(([name, { data }]) => [name, Float64Array.from(data)])),
  };
  const words = (text: string) => text.split(' ').map(word => vocab[word]!);
  const asked = (turns: readonly Message[]) => [
    ...words('<s>'),
    ...turns.flatMap(({ role, content }) => [
      ...words(`${roles[role]!} ${content}`),
      ...(role === 'assistant' ? words('</s>') : []),
    ]),
    ...words('<ast>'),
  ];
  const logProbabilities = (logits: readonly number[]) => {
    const total = logSumExp(logits);
    return logits.map(logit => logit - total);
  };
  return {
    asked,
    words,
    answer: (turns, answer) => {
      const before = asked(turns);
      const tokens = [...before, ...words(`${answer} </s>`)];
      const { logits } = referenceForward(model, tokens);
      return tokens
        .slice(before.length)
        .map((token, index) => logProbabilities(logits[before.length + index - 1]!)[token]!);
    },
    next: tokens => logProbabilities(referenceForward(model, tokens).logits.at(-1)!),
    streams: tokens => referenceForward(model, tokens).streams,
    word: token => names.get(token)!,
  };
}

export const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
