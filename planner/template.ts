/** Text with expressions in it: `"${n}"` is the value of n, `"lr-${n}"` a text around it, `$${` a plain `${`. */

export type TemplatePiece =
  | { readonly kind: 'text'; readonly text: string }
  /** `start` is the offset of the expression's first character in the whole text. */
  | { readonly kind: 'expression'; readonly text: string; readonly start: number };

/** A `${` that is never closed, with its offset. */
export class UnclosedExpression extends Error {
  override readonly name = 'UnclosedExpression';
  readonly start: number;

  constructor(start: number) {
    super('This `${` is never closed.');
    this.start = start;
  }
}

/** The pieces of a text, in order; an `UnclosedExpression` where a `}` is missing. */
export function parseTemplate(text: string): readonly TemplatePiece[] {
  const pieces: TemplatePiece[] = [];
  let plain = '';
  let offset = 0;
  while (offset < text.length) {
    if (text.startsWith('$${', offset)) {
      plain += '${';
      offset += 3;
    } else if (text.startsWith('${', offset)) {
      if (plain !== '') pieces.push({ kind: 'text', text: plain });
      plain = '';
      const end = closingBrace(text, offset + 2);
      if (end === undefined) throw new UnclosedExpression(offset);
      pieces.push({ kind: 'expression', text: text.slice(offset + 2, end), start: offset + 2 });
      offset = end + 1;
    } else plain += text[offset++] ?? '';
  }
  return plain === '' && pieces.length > 0 ? pieces : [...pieces, { kind: 'text', text: plain }];
}

/** The brace that closes an expression: not one of a map literal inside it, nor one inside a string. */
function closingBrace(text: string, start: number): number | undefined {
  let depth = 0;
  for (let offset = start; offset < text.length; offset++) {
    const character = text[offset];
    if (character === '"' || character === "'") offset = endOfString(text, offset);
    else if (character === '{') depth++;
    else if (character === '}' && depth-- === 0) return offset;
  }
  return undefined;
}

/** Offset of a string literal's last quote; plain, raw (`r"…"`) and triple-quoted ones. */
function endOfString(text: string, start: number): number {
  const quote = text.startsWith((text[start] ?? '').repeat(3), start)
    ? text.slice(start, start + 3)
    : (text[start] ?? '');
  const isRaw = /[rR]/.test(text[start - 1] ?? '');
  for (let offset = start + quote.length; offset < text.length; offset++) {
    if (text[offset] === '\\' && !isRaw) offset++;
    else if (text.startsWith(quote, offset)) return offset + quote.length - 1;
  }
  return text.length;
}
