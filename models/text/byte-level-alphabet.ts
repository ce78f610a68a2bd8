/** The 256 characters that stand for the bytes in byte-level BPE vocabularies (Radford et al. 2019). */

/**
 * In the order of the bytes they stand for: printable Latin-1 characters for themselves, U+0100 onwards for the others.
 */
export function byteLevelAlphabet(): string[] {
  let substitute = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : substitute++));
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
}
