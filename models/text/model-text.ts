/** What reads and writes the text of a model. */
import type { Model } from '../transformer/model.ts';
import { type ChatTemplate, createChatTemplate } from './chat-template.ts';
import { closingToken } from './encode.ts';
import { createTokenizer, type Tokenizer } from './tokenizer.ts';

export interface ModelText {
  readonly tokenizer: Tokenizer;
  /** Null for a model that is given plain text. */
  readonly template: ChatTemplate | null;
  /** Where sampling stops: what the template closes an answer with, and the ends of text that the config names. */
  readonly closingTokens: readonly number[];
}

export function modelText({ config, tokenizer: json, chatTemplate }: Omit<Model, 'weights'>): ModelText {
  const tokenizer = createTokenizer(json);
  const { bos_token_id: bos, eos_token_id: ends } = config;
  if (chatTemplate === null) return { tokenizer, template: null, closingTokens: ends };
  const nameOf = (id: number | null | undefined) => (typeof id === 'number' ? tokenizer.tokenOf(id) : undefined) ?? '';
  const template = createChatTemplate(chatTemplate, { bosToken: nameOf(bos), eosToken: nameOf(ends[0]) });
  return { tokenizer, template, closingTokens: [...new Set([closingToken(tokenizer, template), ...ends])] };
}
