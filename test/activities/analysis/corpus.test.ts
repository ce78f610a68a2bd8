import { expect, test } from 'vitest';
import { wordsOf } from '../../../activities/analysis/corpus.ts';

test.each([
  ['You are KIND.', ['you', 'are', 'kind.']],
  ['  a\tb\n\nc  ', ['a', 'b', 'c']],
  ['ﬁne wide', ['fine', 'wide']],
  ['Ünïcode Ünïcode', ['ünïcode', 'ünïcode']],
  ['no\u00A0break', ['no', 'break']],
  ['', []],
  [' \n', []],
])('the words of %j are %j', (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});
