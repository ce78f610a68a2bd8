/** Chat templates: conversations to text, by the Jinja template that comes with a model. */
import { Template } from '@huggingface/jinja';
import { TextError } from './text-error.ts';

export interface Message {
  readonly role: string;
  readonly content: string;
}

export interface ChatTemplate {
  /** The text of a conversation; `generationPrompt` adds what comes before an answer. */
  readonly render: (messages: readonly Message[], generationPrompt: boolean) => string;
}

/** What templates may name besides messages: `bos_token` and `eos_token`. */
export interface TemplateTokens {
  readonly bosToken?: string;
  readonly eosToken?: string;
}

/** Throws where the source is not Jinja; rendering throws where the template itself refuses a conversation. */
export function createChatTemplate(
  source: string,
  { bosToken = '', eosToken = '' }: TemplateTokens = {},
): ChatTemplate {
  const template = naming('the chat template cannot be read', () => new Template(source));
  const render = (messages: readonly Message[], generationPrompt: boolean) =>
    naming('the chat template failed', () =>
      template.render({
        messages,
        add_generation_prompt: generationPrompt,
        bos_token: bosToken,
        eos_token: eosToken,
      }),
    );
  return { render };
}

function naming<Result>(what: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new TextError('chat-template', `${what}: ${message}`, { cause: error });
  }
}
