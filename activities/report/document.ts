/**
 * What a report says, before it is HTML or Markdown: a list of blocks. Both texts are made from the same blocks, so that
 * neither can say what the other does not. Text is plain text everywhere here; the writers escape it.
 */
import type { CellName } from './report-rows.ts';

/** How a badge is meant; the word in it says the same. */
export type Tone = 'good' | 'bad' | 'unsure' | 'plain';

export type Inline =
  | string
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong'; readonly text: string }
  | { readonly kind: 'muted'; readonly text: string }
  | { readonly kind: 'badge'; readonly tone: Tone; readonly text: string }
  /** A link to a cell's lineage, shown as the beginning of its key, or as its name. */
  | { readonly kind: 'cell'; readonly cell: CellName; readonly shows: 'key' | 'name' }
  /** Links to the lineage of many cells, folded away behind their number. */
  | { readonly kind: 'cells'; readonly cells: readonly CellName[] }
  /** A link within the document. */
  | { readonly kind: 'link'; readonly anchor: string; readonly text: string }
  | { readonly kind: 'break' };

/** A term and what is said of it. */
export interface Definition {
  readonly term: string;
  readonly content: readonly Inline[];
}

export interface TableColumn {
  readonly heading: string;
  /** Numbers stand right, so that their decimals meet. */
  readonly align: 'left' | 'right';
}

export interface TableBlock {
  readonly kind: 'table';
  /** Names the table for those who cannot see it. */
  readonly label: string;
  readonly columns: readonly TableColumn[];
  /** By row, then by column. */
  readonly rows: readonly (readonly (readonly Inline[])[])[];
  /** `grid` scrolls where it is too wide; `records` becomes one card a row on a narrow screen. */
  readonly layout: 'grid' | 'records';
}

export interface FigureBlock {
  readonly kind: 'figure';
  readonly svg: string;
  /** Says what the figure shows, in words. */
  readonly alternative: string;
  /** Where the figure's own file lies, relative to the report's. */
  readonly path: string;
  readonly caption: readonly Inline[];
}

/** `missing` tells what the numbers lack, `problem` what kept something from being drawn, `warning` what to mind. */
export type NoteTone = 'missing' | 'problem' | 'warning';

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3 | 4; readonly text: string; readonly anchor?: string }
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  /** In small print, below what it belongs to. */
  | { readonly kind: 'caption'; readonly content: readonly Inline[] }
  | { readonly kind: 'list'; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'definitions'; readonly entries: readonly Definition[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'note'; readonly tone: NoteTone; readonly content: readonly Inline[] }
  | {
      readonly kind: 'details';
      readonly summary: readonly Inline[];
      readonly blocks: readonly Block[];
      readonly anchor?: string;
    }
  /** Written elsewhere, in both texts; nothing in it is escaped again. */
  | { readonly kind: 'fragment'; readonly html: string; readonly markdown: string }
  | TableBlock
  | FigureBlock;

/** Characters of a key that are shown and name its anchor. */
export const shownKeyLength = 12;

/** Where a cell's lineage stands in the document. */
export function cellAnchor(key: string): string {
  return `cell-${key.slice(0, shownKeyLength)}`;
}

/** A paragraph of one run of text. */
export function paragraph(...content: readonly Inline[]): Block {
  return { kind: 'paragraph', content };
}

/** Text in which words between backticks are code. */
export function withCode(text: string): Inline[] {
  return text.split(/`([^`\n]+)`/).map((part, index) => (index % 2 === 1 ? code(part) : part));
}

export function code(text: string): Inline {
  return { kind: 'code', text };
}

export function muted(text: string): Inline {
  return { kind: 'muted', text };
}

export function strong(text: string): Inline {
  return { kind: 'strong', text };
}
