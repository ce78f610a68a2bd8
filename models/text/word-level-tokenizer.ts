/** A tokenizer.json in which every word is a token: for small closed worlds. */
import type { Json } from '../../schemas/json.ts';

export interface WordList {
  /** Get the first ids, in order. */
  readonly specialTokens: readonly string[];
  /** Get the ids after them, in order. */
  readonly words: readonly string[];
}

/**
 * Text is split at white space. There is no unknown token: a word that is not listed is an error when text is encoded.
 * Throws on a word that is listed twice or has white space in it.
 */
export function wordLevelTokenizer({ specialTokens, words }: WordList): Json {
  const all = [...specialTokens, ...words];
  const refused = all.find((word, index) => word === '' || /\s/.test(word) || all.indexOf(word) !== index);
  if (refused !== undefined) throw new Error(`internal: ${JSON.stringify(refused)} is listed twice or is not one word`);
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content, id) => ({ id, content, ...flags })),
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab: Object.fromEntries(all.map((word, id) => [word, id])), unk_token: '<unk>' },
  };
}
