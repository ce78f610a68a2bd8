/** Places in documents: what a problem points at. */
import type { Location } from '../schemas/diagnostic.ts';
import { type SourceDocument, type SourcePath, type SourceRange, findNode } from './source-node.ts';

/** A value of a document. */
export interface Place {
  readonly document: SourceDocument;
  readonly path: SourcePath;
}

/** The place of something inside. */
export function below(place: Place, ...path: SourcePath): Place {
  return { document: place.document, path: [...place.path, ...path] };
}

/** Where the key of a value stands (of an item of a list: the item). Without one, the nearest key around it. */
export function keyLocation(place: Place): Location {
  for (let length = place.path.length; length >= 0; length--) {
    const entry = findNode(place.document.root, place.path.slice(0, length));
    const range = entry.key ?? (entry.value && firstLine(place.document.text, entry.value.range));
    if (range !== undefined) return locate(place.document, range);
  }
  return locate(place.document, { start: 0, end: 0 });
}

/**
 * Where a value stands. `within` is a range of its characters; it counts where the text holds them one by one. A value
 * that is not there (a default) is at the nearest key around it.
 */
export function valueLocation(place: Place, within?: SourceRange): Location {
  const node = findNode(place.document.root, place.path).value;
  if (node === undefined) return keyLocation({ ...place, path: place.path.slice(0, -1) });
  if (within !== undefined && node.kind === 'scalar' && node.verbatim !== undefined) {
    const start = node.verbatim + within.start;
    return locate(place.document, { start, end: Math.max(start + 1, node.verbatim + within.end) });
  }
  return locate(place.document, firstLine(place.document.text, node.range));
}

/** A range of a text as line and column. */
export function locate({ file, text }: Pick<SourceDocument, 'file' | 'text'>, range: SourceRange): Location {
  const start = Math.min(range.start, text.length);
  const before = text.slice(0, start);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  const onLine = firstLine(text, { start, end: Math.max(start, range.end) });
  return { file, line, column: start - lineStart + 1, length: onLine.end - onLine.start };
}

/** A long value is underlined on its first line only. */
function firstLine(text: string, range: SourceRange): SourceRange {
  const newline = text.indexOf('\n', range.start);
  const end = newline === -1 ? text.length : newline;
  const trimmed = text.slice(range.start, Math.min(range.end, end)).trimEnd();
  return { start: range.start, end: range.start + trimmed.length };
}
