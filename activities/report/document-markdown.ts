/** A document as Markdown, for a repository, an issue or a paper's appendix. */
import { type Block, type FigureBlock, type Inline, type TableBlock, cellAnchor, shownKeyLength } from './document.ts';
import { noteWords } from './document-html.ts';
import { counted } from './format-value.ts';
import { codeFence, codeSpan, escapeMarkdown, tableCell } from './markdown.ts';
import type { CellName } from './report-rows.ts';

/** More links than this are not listed in a line. */
const mostListedCells = 6;

/** Every block, parted by empty lines. */
export function documentMarkdown(blocks: readonly Block[]): string {
  return blocks.map(block => `${blockMarkdown(block).trimEnd()}\n`).join('\n');
}

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${anchorOf(block.anchor)}${'#'.repeat(block.level)} ${escapeMarkdown(block.text)}`;
    case 'paragraph':
    case 'caption':
      return inlineMarkdown(block.content);
    case 'list':
      return block.items.map(item => `- ${inlineMarkdown(item)}`).join('\n');
    case 'definitions':
      return block.entries
        .map(({ term, content }) => `- **${escapeMarkdown(term)}:** ${inlineMarkdown(content)}`)
        .join('\n');
    case 'code':
      return codeFence(block.text);
    case 'note':
      return `> **${noteWords[block.tone]}** ${inlineMarkdown(block.content)}`;
    case 'details':
      return `${anchorOf(block.anchor)}${inlineMarkdown(block.summary)}\n\n${documentMarkdown(block.blocks)}`;
    case 'fragment':
      return block.markdown;
    case 'table':
      return tableMarkdown(block);
    case 'figure':
      return figureMarkdown(block);
  }
}

function anchorOf(anchor: string | undefined): string {
  return anchor === undefined ? '' : `<a id="${anchor}"></a>\n\n`;
}

function tableMarkdown({ columns, rows }: TableBlock): string {
  const line = (cells: readonly string[]) => `| ${cells.map(tableCell).join(' | ')} |`;
  return [
    line(columns.map(({ heading }) => escapeMarkdown(heading))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map(row => line(row.map(inlineMarkdown))),
  ].join('\n');
}

function figureMarkdown({ alternative, path, caption }: FigureBlock): string {
  return `![${escapeMarkdown(alternative)}](${path})\n\n${inlineMarkdown(caption)}`;
}

function inlineMarkdown(content: readonly Inline[]): string {
  return content
    .map(inline => {
      if (typeof inline === 'string') return escapeMarkdown(inline);
      switch (inline.kind) {
        case 'code':
          return codeSpan(inline.text);
        case 'strong':
        case 'badge':
          return emphasis(inline.text);
        case 'muted':
          return escapeMarkdown(inline.text);
        case 'cell':
          return cellLink(inline.cell, inline.shows);
        case 'cells':
          return cellList(inline.cells);
        case 'link':
          return `[${escapeMarkdown(inline.text)}](#${inline.anchor})`;
        case 'break':
          return ' · ';
      }
    })
    .join('');
}

/** Emphasis ends at a word, so spaces around it stand outside. */
function emphasis(text: string): string {
  const [, before = '', word = '', after = ''] = /^(\s*)([^]*?)(\s*)$/.exec(text) ?? [];
  return word === '' ? before : `${before}**${escapeMarkdown(word)}**${after}`;
}

function cellLink({ key, name }: CellName, shows: 'key' | 'name'): string {
  const text = shows === 'key' ? codeSpan(key.slice(0, shownKeyLength)) : escapeMarkdown(name);
  return `[${text}](#${cellAnchor(key)})`;
}

function cellList(cells: readonly CellName[]): string {
  const listed = cells.slice(0, mostListedCells).map(cell => cellLink(cell, 'key'));
  const rest = cells.length > mostListedCells ? ` and ${cells.length - mostListedCells} more` : '';
  const head = cells.length === 1 ? '' : `${counted(cells.length, 'cell')}: `;
  return `${head}${listed.join(', ')}${rest}`;
}
