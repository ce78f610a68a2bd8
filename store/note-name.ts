/** What a note of nondeterminism is filed under: the same two results of a key are noted once, whoever finds them. */
import { digestOf } from '../schemas/identity.ts';
import { canonicalJson } from '../schemas/json.ts';
import type { Nondeterminism } from '../schemas/nondeterminism.ts';

export function noteName({ key, outputs }: Nondeterminism): string {
  return `${key}-${digestOf(canonicalJson(outputs)).slice(0, 16)}`;
}
