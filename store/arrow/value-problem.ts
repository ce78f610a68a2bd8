/** What is wrong with a value, in words. */

/** Says what was found where something else was expected, short enough for a message. */
export function unexpected(expected: string, value: unknown): string {
  return `expected ${expected}, found ${excerpt(value)}`;
}

function excerpt(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return `${value}n`;
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Half of a surrogate pair has no UTF-8 bytes, and would silently become another character. */
const loneSurrogate = /\p{Surrogate}/u;

/** What keeps a value from being a text. */
export function textProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return unexpected('a text', value);
  return loneSurrogate.test(value) ? unexpected('a text of whole characters', value) : undefined;
}
