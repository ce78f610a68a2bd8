/** A chat template for closed word-level worlds: one token for each role, one at the start and one after each answer. */

/** The tokens that the template writes, in the order in which they get the first ids. */
export const roleTokens = ['<pad>', '<s>', '<sys>', '<usr>', '<ast>', '</s>'];

/** `<s> <sys> … <usr> … <ast> … </s> <usr> … <ast> … </s>`; all roles but these three are refused. */
export const roleTokenTemplate = [
  '<s>',
  '{%- for message in messages -%}',
  "{%- if message.role == 'system' -%}{{ ' <sys> ' + message.content }}",
  "{%- elif message.role == 'user' -%}{{ ' <usr> ' + message.content }}",
  "{%- elif message.role == 'assistant' -%}{{ ' <ast> ' + message.content + ' </s>' }}",
  "{%- else -%}{{ raise_exception('there is no role ' + message.role) }}",
  '{%- endif -%}',
  '{%- endfor -%}',
  "{%- if add_generation_prompt -%}{{ ' <ast>' }}{%- endif -%}",
].join('');
