/** What reads and writes a model's text. */
import { expect, test } from 'vitest';
import { encodePrompt } from '../../../models/text/encode.ts';
import { modelText } from '../../../models/text/model-text.ts';
import { roleTokens, roleTokenTemplate } from '../../../models/text/role-token-template.ts';
import { wordLevelTokenizer } from '../../../models/text/word-level-tokenizer.ts';
import { toyConfig } from '../toy-model.ts';

const tokenizer = wordLevelTokenizer({ specialTokens: roleTokens, words: ['lima'] });

test('sampling stops at what the template closes an answer with, and at the config’s ends of text', () => {
  const text = modelText({ config: toyConfig({ eos_token_id: [0, 5] }), tokenizer, chatTemplate: roleTokenTemplate });
  expect(text.closingTokens).toEqual([5, 0]);
});

test('a model without a template stops at the config’s ends of text', () => {
  const text = modelText({ config: toyConfig({ eos_token_id: 5 }), tokenizer, chatTemplate: null });
  expect([text.template, text.closingTokens]).toEqual([null, [5]]);
});

test('a template gets the texts of the config’s first and last token', () => {
  const chatTemplate = '{{ bos_token }}{% for message in messages %} {{ message.content }} {{ eos_token }}{% endfor %}';
  const text = modelText({ config: toyConfig({ bos_token_id: 1, eos_token_id: 5 }), tokenizer, chatTemplate });
  const prompt = encodePrompt(text.tokenizer, text.template!, [{ role: 'user', content: 'lima' }]);
  expect(text.tokenizer.decode(prompt)).toBe('<s> lima </s>');
});
