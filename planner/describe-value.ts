/** Values and where they stand, in the words of messages. */
import type { Json } from '../schemas/json.ts';
import { listNames } from './nearest-name.ts';
import type { SourcePath } from './source-node.ts';

/** `item 2 of over`, or the key itself. */
export function labelOf(path: SourcePath): string {
  const last = path.at(-1);
  if (typeof last !== 'number') return `\`${last ?? 'the file'}\``;
  return `item ${last + 1} of ${labelOf(path.slice(0, -1))}`;
}

/** A value as a message shows it. */
export function describeValue(value: Json | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') {
    const keys = Object.keys(value);
    return keys.length === 0 ? 'an empty map' : `a map with ${listNames(keys, 3)}`;
  }
  if (typeof value !== 'string') return `\`${String(value)}\``;
  return value.length > 40 ? `the text \`${value.slice(0, 40)}…\`` : `the text \`${value}\``;
}
