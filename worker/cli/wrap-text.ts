/** Text broken at spaces into lines of a terminal. */
import { clip, displayWidth } from '../../planner/display-width.ts';

/**
 * Lines at most `width` columns wide, at least one. A word that is wider itself stays whole, so that paths can be copied.
 * Spaces at the front stay, on every line.
 */
export function wrapText(text: string, width: number): string[] {
  const words = text.trimStart();
  const lead = ' '.repeat(Math.min(text.length - words.length, Math.floor(width / 2)));
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of words.split(' ')) {
    const longer: string = line === undefined ? word : `${line} ${word}`;
    if (line === undefined || displayWidth(longer) <= width - lead.length) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line ?? ''].map(each => lead + each);
}

/** Words wider than `width` in pieces, for where nothing may stand out. */
export function cutWords(text: string, width: number): string {
  return text
    .split(' ')
    .flatMap(word =>
      Array.from({ length: Math.max(1, Math.ceil(displayWidth(word) / width)) }, (_, index) =>
        clip(word, index * width, (index + 1) * width),
      ),
    )
    .join(' ');
}
