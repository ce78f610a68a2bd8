/** YAML text → values with places. The only file that knows the YAML library. */
import {
  type Document,
  Lexer,
  type Node,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  visit,
} from 'yaml';
import { decodeText, startOf } from './decode-text.ts';
import type { DiagnosticList } from './diagnostic-list.ts';
import { isShallow } from './nesting-depth.ts';
import { locate } from './place.ts';
import { type BuiltNode, SourceBuilder } from './source-builder.ts';
import type { SourceDocument, SourceRange } from './source-node.ts';
import { type SyntaxFinding, describeSyntax } from './syntax-problem.ts';

/** Reads a document; undefined where problems were listed instead. All syntax is checked before any meaning. */
export function loadDocument(file: string, bytes: Uint8Array, list: DiagnosticList): SourceDocument | undefined {
  const text = decodeText(file, bytes, list);
  if (text === undefined || !isShallow({ file, text }, new Lexer().lex(text), list)) return undefined;
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, stringKeys: false });
  const finding = firstFinding(document, text);
  if (finding !== undefined) {
    list.add({
      reason: 'yaml-syntax',
      location: locate({ file, text }, finding.range),
      ...describeSyntax(finding, text),
    });
    return undefined;
  }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    list.add({
      reason: 'empty-file',
      location: startOf(file),
      message: 'The file holds no values.',
      remedy: 'Begin with `study: my-study` and `steps:`.',
    });
    return undefined;
  }
  const before = list.reported();
  const root = new Conversion(new SourceBuilder({ file, text }, list)).convert(document.contents).node;
  return list.reported() > before ? undefined : { file, text, root };
}

/** The first error or unknown tag; what follows a syntax error is mostly its echo. */
function firstFinding(document: Document.Parsed, text: string): SyntaxFinding | undefined {
  const problem = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0])[0];
  if (problem === undefined) return undefined;
  const { code, message } = problem;
  const range = { start: problem.pos[0], end: problem.pos[1] };
  const open = unclosed(document, text, range.start);
  return { code, message, range: open ?? range, isUnclosed: open !== undefined };
}

/** The innermost bracket or quote before an offset that is opened and never closed. */
function unclosed(document: Document.Parsed, text: string, before: number): SourceRange | undefined {
  let open: number | undefined;
  visit(document, {
    Node: (_, node) => {
      const [start, end] = node.range ?? [before, before];
      const first = text[start] ?? '';
      const closing = { '[': ']', '{': '}', '"': '"', "'": "'" }[first];
      const opens = (isCollection(node) && node.flow === true) || (isScalar(node) && /["']/.test(first));
      const closes = end - start > 1 && text[end - 1] === closing;
      if (opens && closing !== undefined && start < before && !closes) open = start;
    },
  });
  return open === undefined ? undefined : { start: open, end: open + 1 };
}

/** One walk over a parsed document, aliases followed. */
class Conversion {
  readonly #builder: SourceBuilder;
  /** Anchors met so far; undefined while their value is still being read. */
  readonly #anchors = new Map<string, BuiltNode | undefined>();

  constructor(builder: SourceBuilder) {
    this.#builder = builder;
  }

  convert(node: Node): BuiltNode {
    if (isAlias(node)) return this.#alias(node.source, rangeOf(node));
    const { anchor } = node;
    if (anchor !== undefined) this.#anchors.set(anchor, undefined);
    const built = this.#builder.bounded(this.#value(node));
    if (anchor !== undefined) this.#anchors.set(anchor, built);
    return built;
  }

  #value(node: Node): BuiltNode {
    const range = rangeOf(node);
    if (isMap<Node, Node | null>(node)) {
      const entries = node.items.map(({ key, value }) => ({
        key: { range: rangeOf(key), name: isScalar(key) ? (key.source ?? '') : undefined },
        value: value === null ? undefined : this.convert(value),
      }));
      return this.#builder.map(range, entries);
    }
    if (isSeq<Node>(node))
      return this.#builder.list(
        range,
        node.items.map(item => this.convert(item)),
      );
    return isScalar(node)
      ? this.#builder.scalar(range, node.value, node.source ?? '')
      : this.#builder.scalar(range, undefined, '');
  }

  #alias(anchor: string, range: SourceRange): BuiltNode {
    const target = this.#anchors.get(anchor);
    return target ?? this.#builder.withoutAnchor(range, anchor, this.#anchors.has(anchor));
  }
}

function rangeOf(node: Node): SourceRange {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}
