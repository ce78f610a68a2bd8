/** The known name that somebody most likely meant, and sentences that offer it. */
import { distance } from 'fastest-levenshtein';

/**
 * The nearest of some names, if any is near: about a third of the letters may differ, one name may be a piece of the
 * other, letters in another order count half, and `-`, `_` and case do not count.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.floor(name.length / 3);
  for (const candidate of known) {
    if (candidate === name) continue;
    const edits = difference(name, candidate);
    if (edits < least || (edits === least && best === undefined)) {
      best = candidate;
      least = edits;
    }
  }
  return best;
}

/** The end of a sentence about an unknown name: `did you mean …?`, or the names there are. */
export function suggestion(name: string, known: Iterable<string>, noun: string): string {
  const names = [...known];
  const nearest = nearestName(name, names);
  if (nearest !== undefined) return `did you mean \`${nearest}\`?`;
  return names.length === 0
    ? `there is no ${noun} at all.`
    : `there ${names.length === 1 ? 'is' : 'are'} ${listNames(names)}.`;
}

/** What to do about an unknown name: to write the nearest (after what stands before it), or else something other. */
export function remedyFor(name: string, known: Iterable<string>, otherwise: string, before = ''): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? otherwise : `Write \`${before}${nearest}\`.`;
}

/** Known names that unknown ones seem to mean: told once, as a misspelling, they are not missing as well. */
export function meantNames(written: readonly string[], known: readonly string[]): ReadonlySet<string> {
  return new Set(written.filter(name => !known.includes(name)).flatMap(name => nearestName(name, known) ?? []));
}

/** `a`, `b` and `c`, cut off where there are many. */
export function listNames(names: readonly string[], most = 12, conjunction: 'and' | 'or' = 'and'): string {
  const shown = names.slice(0, most).map(name => `\`${name}\``);
  if (names.length > most) return `${shown.join(', ')} ${conjunction} ${names.length - most} more`;
  const last = shown.pop();
  return shown.length === 0 ? (last ?? 'none') : `${shown.join(', ')} ${conjunction} ${last}`;
}

function difference(a: string, b: string): number {
  if (plain(a) === plain(b)) return 0;
  if (isPieceOf(a, b)) return 1;
  return letters(a) === letters(b) ? 0.5 : distance(plain(a), plain(b));
}

function letters(name: string): string {
  return plain(name).split('').sort().join('');
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

/** One is the other with a word more: `pipeline_seed` for `seed`, `scores` for `score`. */
function isPieceOf(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [plain(a), plain(b)] : [plain(b), plain(a)];
  return short.length >= 3 && (long.startsWith(short) || long.endsWith(short));
}
