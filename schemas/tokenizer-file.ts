/** The `json` artifact that carries how a model reads and writes text: a tokenizer and a chat template. */
import { z } from 'zod';
import { jsonSchema } from './json.ts';

export const tokenizerFileSchema = z.strictObject({
  /** The content of a Hugging Face tokenizer.json. */
  tokenizer: jsonSchema,
  /** Jinja source; null for a model that is given plain text. */
  chat_template: z.string().nullable(),
});
