/** Whether examples fit the model that is to read them. */
import type { ModelConfig } from '../transformer/model-config.ts';
import { TextError } from './text-error.ts';

/**
 * Throws a TextError that names the first row with too many tokens (`reserved` more are to follow), none, or one the
 * model has no embedding for.
 */
export function checkTokens(
  { vocab_size: vocabulary, max_position_embeddings: positions }: ModelConfig,
  rows: readonly { readonly tokens: Int32Array }[],
  reserved = 0,
): void {
  for (const [row, { tokens }] of rows.entries()) {
    if (tokens.length === 0) throw new TextError('no-targets', 'it has no tokens', { row });
    if (tokens.length + reserved > positions) {
      const all = reserved === 0 ? `${tokens.length} tokens` : `${tokens.length} tokens and ${reserved} to follow`;
      throw new TextError('too-long', `${all}; the model reads ${positions} at most`, { row });
    }
    const unknown = tokens.find(token => token < 0 || token >= vocabulary);
    if (unknown !== undefined) {
      const message = `token ${unknown}; the model knows ${vocabulary}: are tokenizer and model of one kind?`;
      throw new TextError('unknown-token', message, { row });
    }
  }
}
