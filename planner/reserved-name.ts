/** Names that the expression language keeps for itself. */
import type { Problem } from './diagnostic-list.ts';
import { type Place, keyLocation } from './place.ts';

/** The problem of a name that CEL keeps for itself. */
export function reservedName(name: string, place: Place): Problem {
  return {
    reason: 'bad-name',
    location: keyLocation(place),
    message: `\`${name}\` is a word of the expression language and cannot be a name.`,
    remedy: `Choose another name, as in \`${name}_value\`.`,
  };
}
