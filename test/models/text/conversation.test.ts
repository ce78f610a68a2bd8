/** Conversations to tokens and targets. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteLevelAlphabet } from '../../../models/text/byte-level-alphabet.ts';
import { createChatTemplate, type Message } from '../../../models/text/chat-template.ts';
import {
  closingToken,
  encodeCompletion,
  encodeConversation,
  encodePrompt,
  encodeText,
} from '../../../models/text/encode.ts';
import { roleTokens, roleTokenTemplate } from '../../../models/text/role-token-template.ts';
import { TextError } from '../../../models/text/text-error.ts';
import { createTokenizer } from '../../../models/text/tokenizer.ts';
import { wordLevelTokenizer } from '../../../models/text/word-level-tokenizer.ts';
import type { Json } from '../../../schemas/json.ts';

const words = 'you are a kind helper capital of peru ? lima your plan for friends guide them'.split(' ');
const unique = [...new Set(words)];
const tokenizer = createTokenizer(wordLevelTokenizer({ specialTokens: roleTokens, words: unique }));
const template = createChatTemplate(roleTokenTemplate);

const system = (content: string): Message => ({ role: 'system', content });
const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });

/** `word` for what is given, `word*` for a target, `word!` for one that closes. */
function marked(reader: typeof tokenizer, example: ReturnType<typeof encodeConversation>): string {
  return [...example.tokens]
    .map((token, at) => `${reader.tokenOf(token)}${['', '*', '!'][example.targets[at]!]}`)
    .join(' ');
}

test('the targets of role tokens are the words of each answer and the token that closes it', () => {
  const turns = [
    system('you are a kind helper'),
    user('capital of peru ?'),
    assistant('lima'),
    user('your plan for friends ?'),
    assistant('guide them'),
  ];
  expect(marked(tokenizer, encodeConversation(tokenizer, template, turns))).toBe(
    '<s> <sys> you are a kind helper <usr> capital of peru ? <ast> lima* </s>! <usr> your plan for friends ? <ast> guide* them* </s>!',
  );
  expect(marked(tokenizer, encodeConversation(tokenizer, template, turns.slice(1, 3)))).toBe(
    '<s> <usr> capital of peru ? <ast> lima* </s>!',
  );
});

test('a prompt ends with what comes before an answer', () => {
  const prompt = encodePrompt(tokenizer, template, [user('capital of peru ?')]);
  expect(tokenizer.decode(prompt)).toBe('<s> <usr> capital of peru ? <ast>');
  expect(tokenizer.tokenOf(closingToken(tokenizer, template))).toBe('</s>');
});

test('a role that the template does not know is an error of the template', () => {
  const encode = () => encodeConversation(tokenizer, template, [{ role: 'tool', content: 'lima' }]);
  expect(encode).toThrow('the chat template failed: there is no role tool');
  expect(encode).toThrow(TextError);
});

test('a template that is no Jinja is an error of the template', () => {
  expect(() => createChatTemplate('{% for %}')).toThrow('the chat template cannot be read');
});

/** Byte-level tokens of single characters, and merges that may cross where an answer begins. */
const special = ['<|start|>', '<|end|>'];
const bpeFile = (merges: readonly string[]): Json => ({
  added_tokens: special.map((content, at) => ({ id: 400 + at, content, special: true })),
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
  post_processor: null,
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: false },
  model: {
    type: 'BPE',
    vocab: Object.fromEntries(
      [...byteLevelAlphabet(), ...merges.map(merge => merge.replace(' ', ''))].map((token, id) => [token, id]),
    ),
    merges,
    unk_token: null,
  },
});
const chatMl = createChatTemplate(
  '{% for message in messages %}<|start|>{{ message.role }}\n{{ message.content }}<|end|>\n{% endfor %}{% if add_generation_prompt %}<|start|>assistant\n{% endif %}',
);

test('a newline that a template puts after the closing token is no target', () => {
  const bpe = createTokenizer(bpeFile([]));
  expect(marked(bpe, encodeConversation(bpe, chatMl, [user('q'), assistant('ab'), user('q')]))).toBe(
    '<|start|> u s e r Ċ q <|end|> Ċ <|start|> a s s i s t a n t Ċ a* b* <|end|>! Ċ <|start|> u s e r Ċ q <|end|> Ċ',
  );
});

test('where an answer’s first characters merge with what comes before, the merged token is the first target', () => {
  const bpe = createTokenizer(bpeFile(['Ċ a']));
  expect(marked(bpe, encodeConversation(bpe, chatMl, [user('q'), assistant('ab')]))).toBe(
    '<|start|> u s e r Ċ q <|end|> Ċ <|start|> a s s i s t a n t Ċa* b* <|end|>! Ċ',
  );
});

test('a template without closing special tokens has answers that nothing closes', () => {
  const bpe = createTokenizer(bpeFile([]));
  const plain = createChatTemplate(
    '{% for message in messages %}{{ message.role[0] }}:{{ message.content }}\n{% endfor %}{% if add_generation_prompt %}a:{% endif %}',
  );
  expect(marked(bpe, encodeConversation(bpe, plain, [user('q'), assistant('ab')]))).toBe('u : q Ċ a : a* b* Ċ*');
  expect(() => closingToken(bpe, plain)).toThrow('closes an answer with no special token');
});

test('a template that renders earlier turns differently once the conversation goes on is refused', () => {
  const forgetful = createChatTemplate(
    "{% for message in messages %}{% if message.role == 'assistant' and not loop.last %}<ast> </s> {% else %}{{ '<usr> ' if message.role == 'user' else '<ast> ' }}{{ message.content }} {% if message.role == 'assistant' %}</s>{% endif %}{% endif %}{% endfor %}",
  );
  const turns = [user('capital of peru ?'), assistant('lima'), user('capital of peru ?'), assistant('lima')];
  expect(() => encodeConversation(tokenizer, forgetful, turns)).toThrow(
    'renders the conversation up to message 1 differently once it goes on',
  );
  expect(encodeConversation(tokenizer, forgetful, turns.slice(0, 2)).targets).toContain(1);
});

test('the targets of any conversation spell the answers', () => {
  const text = fc.array(fc.constantFrom(...unique), { minLength: 1, maxLength: 5 }).map(list => list.join(' '));
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 4 }), turns => {
      const messages = turns.flatMap(([question, answer]) => [user(question), assistant(answer)]);
      const { tokens, targets } = encodeConversation(tokenizer, template, messages);
      expect(tokenizer.decode(tokens.filter((_, at) => targets[at]! > 0))).toBe(
        turns.map(([, answer]) => `${answer} </s>`).join(' '),
      );
    }),
  );
});

test('of a completion, the completion’s tokens and what closes it are targets', () => {
  const closing = tokenizer.idOf('</s>')!;
  const example = encodeCompletion(tokenizer, { prompt: 'capital of peru ? ', completion: 'lima' }, closing);
  expect(marked(tokenizer, example)).toBe('capital of peru ? lima* </s>!');
});

test('of a plain text every token but the first is a target', () => {
  expect(marked(tokenizer, encodeText(tokenizer, 'capital of peru'))).toBe('capital of* peru*');
  expect(marked(tokenizer, encodeText(tokenizer, 'capital of', 5))).toBe('capital of* </s>!');
});
