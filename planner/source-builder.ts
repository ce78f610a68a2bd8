/** Builds the values of a document and refuses what studies cannot hold; it knows nothing of the YAML library. */
import type { DiagnosticList } from './diagnostic-list.ts';
import { mostDocumentValues } from './limits.ts';
import { locate } from './place.ts';
import type { SourceDocument, SourceEntry, SourceNode, SourceRange } from './source-node.ts';

export interface BuiltNode {
  readonly node: SourceNode;
  /** Values in it, what aliases stand for included. */
  readonly size: number;
}

interface BuiltEntry {
  /** Without a name where the key is no plain value. */
  readonly key: { readonly range: SourceRange; readonly name: string | undefined };
  readonly value: BuiltNode | undefined;
}

export class SourceBuilder {
  readonly #document: Pick<SourceDocument, 'file' | 'text'>;
  readonly #list: DiagnosticList;

  constructor(document: Pick<SourceDocument, 'file' | 'text'>, list: DiagnosticList) {
    this.#document = document;
    this.#list = list;
  }

  list(range: SourceRange, items: readonly BuiltNode[]): BuiltNode {
    const size = items.reduce((sum, item) => sum + item.size, 1);
    return { node: { kind: 'list', range, items: items.map(({ node }) => node) }, size };
  }

  /** A map; `<<` takes over the entries of other maps, unless the map has them itself. */
  map(range: SourceRange, written: readonly BuiltEntry[]): BuiltNode {
    const entries = new Map<string, SourceEntry>();
    const merged = new Map<string, SourceEntry>();
    for (const { key, value } of written) {
      const node = value?.node ?? emptyAfter(key.range);
      if (key.name === undefined || key.name === '__proto__')
        this.#refuse(key.range, 'This cannot be a key.', 'Keys are plain names.');
      else if (key.name === '<<') this.#merge(node, merged);
      else this.#enter(entries, key.name, { key: key.range, value: node });
    }
    const size = written.reduce((sum, { value }) => sum + (value?.size ?? 1), 1);
    return { node: { kind: 'map', range, entries: new Map([...merged, ...entries]) }, size };
  }

  scalar(range: SourceRange, value: unknown, source: string): BuiltNode {
    if (typeof value === 'number' && !isHeldExactly(value, source)) {
      const remedy = 'Use a finite number of at most 15 digits, or text in quotes.';
      this.#refuse(range, `The number ${source} cannot be held exactly.`, remedy);
    }
    if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') {
      return { node: { kind: 'scalar', range, value, verbatim: this.#verbatim(range, value) }, size: 1 };
    }
    this.#refuse(
      range,
      'This value has a type that studies do not know.',
      'Use text, numbers, `true`, `false`, lists and maps.',
    );
    return { node: emptyAfter(range), size: 1 };
  }

  /** An alias that names no anchor before it. */
  withoutAnchor(range: SourceRange, anchor: string, isInsideItsOwn: boolean): BuiltNode {
    const found = isInsideItsOwn
      ? `The alias \`*${anchor}\` stands inside its own anchor.`
      : `There is no anchor \`&${anchor}\` before this alias.`;
    this.#refuse(range, found, `Put \`&${anchor}\` before the value it names.`);
    return { node: emptyAfter(range), size: 1 };
  }

  /** The node, or where it is too large an empty one, so that what is around it is not told off as well. */
  bounded(built: BuiltNode): BuiltNode {
    if (built.size <= mostDocumentValues) return built;
    const { start } = built.node.range;
    this.#list.add({
      reason: 'too-many-values',
      location: locate(this.#document, { start, end: start }),
      message: `With its aliases expanded, this holds more than ${mostDocumentValues.toLocaleString('en')} values.`,
      remedy: 'Use axes to repeat work; aliases copy text.',
    });
    return { node: emptyAfter(built.node.range), size: 1 };
  }

  /** Of several maps, the first that has a key wins. */
  #merge(node: SourceNode, merged: Map<string, SourceEntry>): void {
    for (const map of node.kind === 'list' ? node.items : [node]) {
      if (map.kind === 'map') for (const [key, entry] of map.entries) merged.set(key, merged.get(key) ?? entry);
      else
        this.#refuse(
          map.range,
          '`<<` merges maps, and this is none.',
          'Name the anchor of a map, as in `<<: *defaults`.',
        );
    }
  }

  #enter(entries: Map<string, SourceEntry>, name: string, entry: SourceEntry): void {
    const first = entries.get(name);
    if (first === undefined) entries.set(name, entry);
    else {
      this.#list.add({
        reason: 'duplicate-key',
        location: locate(this.#document, entry.key),
        message: `The key \`${name}\` stands twice in this map.`,
        remedy: 'Remove or rename one of them.',
        related: [{ location: locate(this.#document, first.key), note: 'first here' }],
      });
    }
  }

  #verbatim(range: SourceRange, value: boolean | number | string | null): number | undefined {
    const { text } = this.#document;
    const start = range.start + (/["']/.test(text[range.start] ?? '') ? 1 : 0);
    return typeof value === 'string' && text.startsWith(value, start) ? start : undefined;
  }

  #refuse(range: SourceRange, message: string, remedy: string): void {
    this.#list.add({ reason: 'unusable-value', location: locate(this.#document, range), message, remedy });
  }
}

function emptyAfter({ end }: SourceRange): SourceNode {
  return { kind: 'scalar', range: { start: end, end }, value: null, verbatim: undefined };
}

/** Whole numbers beyond 2⁵³ would silently become others, and infinities have no place in JSON. */
function isHeldExactly(value: number, source: string): boolean {
  return Number.isFinite(value) && (Number.isSafeInteger(value) || !/^[-+]?\d+$/.test(source));
}
