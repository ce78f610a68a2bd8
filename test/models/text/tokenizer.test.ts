/** Tokenizers from tokenizer.json content. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteLevelAlphabet } from '../../../models/text/byte-level-alphabet.ts';
import { TextError } from '../../../models/text/text-error.ts';
import { createTokenizer } from '../../../models/text/tokenizer.ts';
import { wordLevelTokenizer } from '../../../models/text/word-level-tokenizer.ts';

const idsOf = (tokens: readonly string[]) => Object.fromEntries(tokens.map((token, id) => [token, id]));
const words = ['capital', 'of', 'peru', '?', 'lima', 'cut_wood', '3', '+'];
const file = wordLevelTokenizer({ specialTokens: ['<pad>', '<s>', '</s>'], words });
const tokenizer = createTokenizer(file);

test('special tokens get the first ids and words the next, in order', () => {
  expect([...tokenizer.encode('<s> capital of peru ? lima </s>', 'as-written')]).toEqual([1, 3, 4, 5, 6, 7, 2]);
  expect([...tokenizer.specialIds]).toEqual([0, 1, 2]);
  expect(tokenizer.vocabularySize).toBe(11);
  expect([tokenizer.idOf('lima'), tokenizer.idOf('rome'), tokenizer.tokenOf(8), tokenizer.tokenOf(99)]).toEqual([
    7,
    undefined,
    'cut_wood',
    undefined,
  ]);
});

test('any list of words survives encoding and decoding', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words, '<s>', '</s>'), { minLength: 1 }), list => {
      const text = list.join(' ');
      expect(tokenizer.decode(tokenizer.encode(text, 'as-written'))).toBe(text);
    }),
  );
  expect(tokenizer.decode([])).toBe('');
});

test('a word that is not listed is an error that names the word and the text', () => {
  const encode = () => tokenizer.encode('capital of atlantis ?', 'as-written');
  expect(encode).toThrow('the tokenizer has no token for "atlantis" in "capital of atlantis ?"');
  expect(encode).toThrow(TextError);
});

test('a file with an unknown token maps unknown words to it', () => {
  const withUnknown = createTokenizer(wordLevelTokenizer({ specialTokens: ['<unk>'], words: ['a'] }));
  expect([...withUnknown.encode('a b', 'as-written')]).toEqual([1, 0]);
});

test('words that are listed twice or hold white space are refused', () => {
  const list =
    (...given: string[]) =>
    () =>
      wordLevelTokenizer({ specialTokens: ['<s>'], words: given });
  expect(list('a', 'b', 'a')).toThrow('"a" is listed twice or is not one word');
  expect(list('<s>')).toThrow('"<s>" is listed twice or is not one word');
  expect(list('a b')).toThrow('"a b" is listed twice or is not one word');
  expect(list('')).toThrow('"" is listed twice or is not one word');
});

test('a byte-level BPE file is read, merges and all', () => {
  const tokens = [...byteLevelAlphabet(), 'ab', 'Ġab', 'abc'];
  const bpe = createTokenizer({
    added_tokens: [{ id: 259, content: '<|end|>', special: true }],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', vocab: idsOf(tokens), merges: ['a b', 'Ġ ab', 'ab c'], unk_token: null },
  });
  const encoded = bpe.encode('abc ab<|end|>', 'as-written');
  expect([...encoded]).toEqual([258, 257, 259]);
  expect(bpe.decode(encoded)).toBe('abc ab<|end|>');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), text => {
      expect(bpe.decode(bpe.encode(text, 'as-written'))).toBe(text);
    }),
  );
});

test('a BPE file that would drop characters without a word is refused', () => {
  const model = {
    type: 'BPE',
    vocab: idsOf(byteLevelAlphabet().filter(character => character !== 'x')),
    merges: [],
    unk_token: null,
  };
  expect(() => createTokenizer({ model })).toThrow(
    'lacks 1 of the 256 byte characters (x …): it would drop text silently',
  );
});

test('what is no tokenizer file is refused by the key that is wrong', () => {
  expect(() => createTokenizer({ added_tokens: [] })).toThrow('model');
});
