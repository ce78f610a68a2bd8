/** Numbers with their nouns, and lists of names that stay short: for notes and messages. */

/** `1 row`, `3 rows`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** More names than this are counted. */
const mostNames = 5;

/** `a, b, c and 4 more`. */
export function listed(names: readonly string[]): string {
  const more = names.length - mostNames;
  return more > 1 ? `${names.slice(0, mostNames).join(', ')} and ${more} more` : names.join(', ');
}
