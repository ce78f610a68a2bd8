/** The beginning of a key, as people type it. */

/** Shorter ones would fit too many keys, and more than one shard of a folder. */
const shortest = 4;

/** The prefix itself; throws where it is too short. */
export function checkedPrefix(prefix: string): string {
  if (prefix.length < shortest) {
    throw new RangeError(`'${prefix}' is too short for the beginning of a key: give at least ${shortest} characters`);
  }
  return prefix;
}
