/** A document as read: its values with the place of each in the text. The only form of YAML the planner knows. */
import type { Json } from '../schemas/json.ts';

/** Offsets in UTF-16 code units, the end excluded. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

export type SourceNode = SourceMap | SourceList | SourceScalar;

interface SourceMap {
  readonly kind: 'map';
  readonly range: SourceRange;
  readonly entries: ReadonlyMap<string, SourceEntry>;
}

export interface SourceEntry {
  readonly key: SourceRange;
  readonly value: SourceNode;
}

interface SourceList {
  readonly kind: 'list';
  readonly range: SourceRange;
  readonly items: readonly SourceNode[];
}

interface SourceScalar {
  readonly kind: 'scalar';
  readonly range: SourceRange;
  readonly value: null | boolean | number | string;
  /** Where the value's characters stand in the text one by one (no escapes, no folded lines): the offset of the first. */
  readonly verbatim: number | undefined;
}

export interface SourceDocument {
  /** Its path as the user knows it, relative or absolute, with forward slashes. */
  readonly file: string;
  readonly text: string;
  readonly root: SourceNode;
}

/** Keys and indices from the root to a value. */
export type SourcePath = readonly (string | number)[];

/** The plain value of a node. */
export function plainValue(node: SourceNode): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainValue);
  // fromEntries defines members, so that no key can reach an object's prototype.
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plainValue(value)]));
}

/** The entry at a path (its key too, where it stands in a map), or undefined. */
export function findNode(root: SourceNode, path: SourcePath): Partial<SourceEntry> {
  let found: Partial<SourceEntry> = { value: root };
  for (const step of path) {
    const node: SourceNode | undefined = found.value;
    if (node?.kind === 'map') found = node.entries.get(String(step)) ?? {};
    else if (node?.kind === 'list' && typeof step === 'number') found = { ...asEntry(node.items[step]) };
    else return {};
  }
  return found;
}

function asEntry(value: SourceNode | undefined): Partial<SourceEntry> {
  return value === undefined ? {} : { value };
}
