/** Conversations, prompts with completions and plain texts as examples: tokens, and which of them are targets. */
import type { ChatTemplate, Message } from './chat-template.ts';
import type { Example } from './example.ts';
import { TextError } from './text-error.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * Targets are the tokens of each assistant message up to the last special token that the template ends it with, which
 * closes it (a newline after that is no target). Which they are is found by rendering prefixes of the conversation, so a
 * template that renders a prefix differently once the conversation goes on is refused.
 */
export function encodeConversation(
  tokenizer: Tokenizer,
  template: ChatTemplate,
  messages: readonly Message[],
): Example {
  const text = template.render(messages, false);
  const tokens = tokenizer.encode(text, 'as-written');
  const targets = new Uint8Array(tokens.length);
  for (const [index, { role }] of messages.entries()) {
    if (role !== 'assistant') continue;
    const before = template.render(messages.slice(0, index), true);
    const after = index + 1 === messages.length ? text : template.render(messages.slice(0, index + 1), false);
    if (!text.startsWith(after) || !after.startsWith(before)) throw prefixError(index);
    const tokensOf = (prefix: string) => tokenizer.encode(prefix, 'as-written');
    const start = sharedStart(tokensOf(before), tokens);
    const end = after === text ? tokens.length : sharedStart(tokensOf(after), tokens);
    markAnswer(tokenizer, { tokens, targets }, { start, end });
  }
  return { tokens, targets };
}

/** What a model is given to answer the conversation: it ends with what comes before an answer. */
export function encodePrompt(tokenizer: Tokenizer, template: ChatTemplate, messages: readonly Message[]): Int32Array {
  return tokenizer.encode(template.render(messages, true), 'as-written');
}

/** Every token but the first is a target; `closing`, if given, is added at the end and closes the text. */
export function encodeText(tokenizer: Tokenizer, text: string, closing?: number): Example {
  return encodeCompletion(tokenizer, { prompt: '', completion: text }, closing);
}

/** The completion's tokens are targets; `closing`, if given, is added at the end and closes it. */
export function encodeCompletion(
  tokenizer: Tokenizer,
  { prompt, completion }: { readonly prompt: string; readonly completion: string },
  closing?: number,
): Example {
  const written = tokenizer.encode(prompt + completion, 'added');
  const tokens = closing === undefined ? written : Int32Array.of(...written, closing);
  const start = prompt === '' ? 0 : sharedStart(tokenizer.encode(prompt, 'added'), written);
  const targets = new Uint8Array(tokens.length).fill(1, Math.max(1, start));
  if (closing !== undefined && tokens.length > 1) targets[tokens.length - 1] = 2;
  return { tokens, targets };
}

/** The special token with which the template closes an answer: where sampling stops. */
export function closingToken(tokenizer: Tokenizer, template: ChatTemplate): number {
  const question = { role: 'user', content: '' };
  const { tokens, targets } = encodeConversation(tokenizer, template, [question, { role: 'assistant', content: '' }]);
  const closing = tokens[targets.lastIndexOf(2)];
  if (closing === undefined)
    throw new TextError('chat-template', 'the chat template closes an answer with no special token');
  return closing;
}

/** The first token has nothing before it and stays unmarked. */
function markAnswer(
  tokenizer: Tokenizer,
  { tokens, targets }: Example,
  { start, end }: { readonly start: number; readonly end: number },
): void {
  const special = tokens.subarray(start, end).findLastIndex(token => tokenizer.specialIds.has(token));
  targets.fill(1, Math.max(1, start), special < 0 ? end : start + special);
  if (special >= 0 && start + special > 0) targets[start + special] = 2;
}

/** How many leading tokens are the same: where text goes on, the last tokens before may merge with what follows. */
function sharedStart(prefix: Int32Array, tokens: Int32Array): number {
  const different = prefix.findIndex((token, position) => token !== tokens[position]);
  return different < 0 ? prefix.length : different;
}

function prefixError(answer: number): TextError {
  return new TextError(
    'chat-template',
    `the chat template renders the conversation up to message ${answer} differently once it goes on, so it cannot be told which of its tokens are the answer's; use a template that only appends`,
  );
}
