/** How wide text is in a terminal, and pieces of it by width: East Asian characters take two columns, marks none. */

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;

/** Columns of a tab in printed source lines. */
const tabWidth = 4;

/** Text as it is printed: tabs as spaces, other control characters as the pictures that Unicode has for them. */
export function printable(text: string): string {
  return text.replaceAll('\t', ' '.repeat(tabWidth)).replaceAll(/\p{Cc}/gu, control => {
    const code = control.codePointAt(0) ?? 0;
    return String.fromCodePoint(code < 0x20 ? 0x2400 + code : 0xfffd);
  });
}

/** Columns that printable text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += segmentWidth(segment);
  return width;
}

/** What stands between two columns; a wide character that a border would cut in two becomes a space. */
export function clip(text: string, from: number, to: number): string {
  let clipped = '';
  let column = 0;
  for (const { segment } of segmenter.segment(text)) {
    const end = column + segmentWidth(segment);
    if (column >= from && end <= to) clipped += segment;
    else if (end > from && column < to) clipped += ' ';
    column = end;
  }
  return clipped;
}

function segmentWidth(segment: string): number {
  return wide.test(segment) ? 2 : 1;
}
