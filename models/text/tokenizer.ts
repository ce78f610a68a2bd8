/** A tokenizer from the content of a Hugging Face tokenizer.json. */
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import type { Json } from '../../schemas/json.ts';
import { byteLevelAlphabet } from './byte-level-alphabet.ts';
import { TextError } from './text-error.ts';

export interface Tokenizer {
  /**
   * Token ids of a text. `specialTokens: 'added'` puts what the file's post-processor adds (often a first token) around
   * it; `'as-written'` takes the text as it is, as one that a chat template rendered. Throws on an unknown word.
   */
  readonly encode: (text: string, specialTokens: 'added' | 'as-written') => Int32Array;
  /** Exactly as the file's decoder says, special tokens included. */
  readonly decode: (tokens: Iterable<number>) => string;
  /** One more than the largest id. */
  readonly vocabularySize: number;
  readonly specialIds: ReadonlySet<number>;
  readonly idOf: (token: string) => number | undefined;
  readonly tokenOf: (id: number) => string | undefined;
}

const fileSchema = z.looseObject({
  added_tokens: z
    .array(z.looseObject({ id: z.int(), content: z.string(), special: z.boolean().optional() }))
    .default([]),
  normalizer: z.looseObject({}).nullable().default(null),
  pre_tokenizer: z.looseObject({}).nullable().default(null),
  post_processor: z.looseObject({}).nullable().default(null),
  decoder: z.looseObject({}).nullable().default(null),
  model: z.looseObject({
    type: z.string().optional(),
    unk_token: z.string().nullish(),
    byte_fallback: z.boolean().optional(),
    vocab: z.unknown(),
  }),
});

/** What is used of the library, whose own types do not resolve from its package. */
interface TokenizerLibrary {
  readonly encode: (
    text: string,
    options: { readonly add_special_tokens: boolean },
  ) => { readonly ids: readonly unknown[]; readonly tokens: readonly string[] };
  readonly decode: (ids: readonly number[]) => string;
  readonly get_vocab: () => ReadonlyMap<string, number>;
  readonly token_to_id: (token: string) => number | undefined;
  readonly id_to_token: (id: number) => string | undefined;
}

/** `json` is the parsed file; what is wrong with it is an error of zod or of the tokenizer library. */
export function createTokenizer(json: Json): Tokenizer {
  const file = fileSchema.parse(json);
  checkAlphabet(file.model);
  // The library reads the unknown token of word-level models from its second argument only.
  const unknown = file.model.type === 'WordLevel' ? { unk_token: file.model.unk_token } : {};
  const library: TokenizerLibrary = new HuggingFaceTokenizer(file, { clean_up_tokenization_spaces: false, ...unknown });
  const ids = [...library.get_vocab().values()];
  return {
    encode: (text, specialTokens) => encode(library, text, specialTokens === 'added'),
    decode: tokens => {
      const list = [...tokens];
      return list.length === 0 ? '' : library.decode(list);
    },
    vocabularySize: ids.reduce((largest, id) => Math.max(largest, id), -1) + 1,
    specialIds: new Set(file.added_tokens.filter(({ special }) => special === true).map(({ id }) => id)),
    idOf: token => library.token_to_id(token),
    tokenOf: id => library.id_to_token(id),
  };
}

/** Without an unknown token, BPE leaves out characters that are not in its vocabulary without a word. */
function checkAlphabet({
  type,
  unk_token: unknown,
  byte_fallback: fallback,
  vocab,
}: z.output<typeof fileSchema>['model']): void {
  if (type !== 'BPE' || typeof unknown === 'string' || fallback === true) return;
  const known = z.record(z.string(), z.int()).parse(vocab);
  const missing = byteLevelAlphabet().filter(character => known[character] === undefined);
  if (missing.length === 0) return;
  throw new Error(
    `the tokenizer has no unknown token and lacks ${missing.length} of the 256 byte characters (${missing.slice(0, 5).join(' ')} …): it would drop text silently`,
  );
}

function encode(library: TokenizerLibrary, text: string, addSpecialTokens: boolean): Int32Array {
  const { ids, tokens } = library.encode(text, { add_special_tokens: addSpecialTokens });
  return Int32Array.from(ids, (id, position) => {
    if (typeof id === 'number') return id;
    // A word that is not in the vocabulary, of a tokenizer without an unknown token, has no id.
    const word = JSON.stringify(tokens[position]);
    throw new TextError('unknown-word', `the tokenizer has no token for ${word} in ${JSON.stringify(excerpt(text))}`);
  });
}

function excerpt(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
