/** How wide text is: an estimate that is the same on every machine, with or without fonts. */

/** Advance widths of Helvetica in thousandths of the font's size, from the space on (Adobe Font Metrics). */
const advances = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  260, 334, 584,
];

/** The font that a reader has may be wider than Helvetica. */
const allowance = 1.06;

/** Pixels that a line of text takes at a font size; characters outside of ASCII count as wide ones. */
export function textWidth(text: string, fontSize: number): number {
  let thousandths = 0;
  for (const character of text) thousandths += advances[(character.codePointAt(0) ?? 0) - 32] ?? 900;
  return (thousandths / 1000) * fontSize * allowance;
}
