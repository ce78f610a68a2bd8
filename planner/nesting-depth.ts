/** How deeply a document is nested, measured on its tokens: the YAML library recurses per level and can take the process with it. */
import type { DiagnosticList } from './diagnostic-list.ts';
import { deepestFlow, deepestIndentation } from './limits.ts';
import { locate } from './place.ts';
import type { SourceDocument } from './source-node.ts';

/** Tokens that mark what follows (a document, the end of flow, a scalar) and stand for no characters. */
const marks = new Set(['\u0002', '\u0018', '\u001f']);

/** Whether it is safe to parse; otherwise the place that is too deep is listed. */
export function isShallow(
  document: Pick<SourceDocument, 'file' | 'text'>,
  tokens: Iterable<string>,
  list: DiagnosticList,
): boolean {
  const offset = tooDeepAt(document.text, tokens);
  if (offset === undefined) return true;
  list.add({
    reason: 'too-deep',
    location: locate(document, { start: offset, end: offset + 1 }),
    message: `Values are nested too deeply: at most ${deepestFlow} brackets inside each other, or ${deepestIndentation} columns of indentation.`,
    remedy: 'Look for a bracket that is never closed, or for lines that are indented ever further.',
  });
  return false;
}

function tooDeepAt(text: string, tokens: Iterable<string>): number | undefined {
  let offset = 0;
  let lineStart = 0;
  let flow = 0;
  for (const token of tokens) {
    if (marks.has(token)) continue;
    if (token === '[' || token === '{') flow++;
    if (token === ']' || token === '}') flow--;
    const opensBlock = flow === 0 && /^[-?:]$/.test(token);
    if (flow > deepestFlow || (opensBlock && indentation(text, lineStart, offset) > deepestIndentation)) return offset;
    offset += token.length;
    const newline = token.lastIndexOf('\n');
    if (newline >= 0) lineStart = offset - token.length + newline + 1;
  }
  return undefined;
}

/** Columns before the key or item that opens a level: spaces and the indicators of levels opened on the same line. */
function indentation(text: string, lineStart: number, offset: number): number {
  return /^[\s?-]*/.exec(text.slice(lineStart, offset))?.[0].length ?? 0;
}
