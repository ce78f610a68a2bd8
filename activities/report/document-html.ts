/** A document as HTML: elements with a few classes, styled by the page that holds them. */
import {
  type Block,
  type Definition,
  type FigureBlock,
  type Inline,
  type NoteTone,
  type TableBlock,
  cellAnchor,
  shownKeyLength,
  strong,
} from './document.ts';
import { counted, withMinus } from './format-value.ts';
import { type Html, element, markup, trusted } from './html.ts';
import type { CellName } from './report-rows.ts';

/** More links than this are not listed behind one number. */
const mostListedCells = 60;

/** Every block, in order. */
export function documentHtml(blocks: readonly Block[]): string {
  return blocks.map(block => `${blockHtml(block).markup}\n`).join('');
}

function blockHtml(block: Block): Html {
  switch (block.kind) {
    case 'heading':
      return headingHtml(block);
    case 'paragraph':
      return paragraphHtml(undefined, block.content);
    case 'caption':
      return paragraphHtml('caption', block.content);
    case 'list':
      return markup`<ul>${block.items.map(item => markup`<li>${inlineHtml(item)}</li>`)}</ul>`;
    case 'definitions':
      return markup`<dl>${block.entries.map(definitionHtml)}</dl>`;
    case 'code':
      return markup`<pre tabindex="0"><code>${block.text}</code></pre>`;
    case 'note':
      return paragraphHtml(`note ${block.tone}`, [strong(noteWords[block.tone]), ' ', ...block.content]);
    case 'details':
      return markup`<details${idOf(block.anchor)}><summary>${inlineHtml(block.summary)}</summary>
${trusted(documentHtml(block.blocks))}</details>`;
    case 'fragment':
      return trusted(block.html);
    case 'table':
      return tableHtml(block);
    case 'figure':
      return figureHtml(block);
  }
}

/** A paragraph; what folds away may not stand in one, so that text with it becomes a division. */
function paragraphHtml(className: string | undefined, content: readonly Inline[]): Html {
  const folds = content.some(inline => typeof inline === 'object' && inline.kind === 'cells');
  return element(folds ? 'div' : 'p', { class: className }, inlineHtml(content));
}

/** The tone of a note in a word, for those who do not see its colour. */
export const noteWords: { readonly [tone in NoteTone]: string } = {
  missing: 'Missing.',
  problem: 'Not drawn.',
  warning: 'Mind.',
};

function headingHtml({ level, text, anchor }: Extract<Block, { kind: 'heading' }>): Html {
  const tag = trusted(`h${level}`);
  return markup`<${tag}${idOf(anchor)}>${text}</${tag}>`;
}

function idOf(anchor: string | undefined): Html | undefined {
  return anchor === undefined ? undefined : markup` id="${anchor}"`;
}

function definitionHtml({ term, content }: Definition): Html {
  return markup`<div><dt>${term}</dt><dd>${inlineHtml(content)}</dd></div>`;
}

function tableHtml({ label, columns, rows, layout }: TableBlock): Html {
  const classes = columns.map(({ align }) => (align === 'right' ? trusted(' class="n"') : undefined));
  const heads = columns.map(({ heading }, index) => markup`<th scope="col"${classes[index]}>${heading}</th>`);
  // On a narrow screen a record's fields stand below each other, each with its column's name.
  const names = columns.map(({ heading }) => (layout === 'records' ? markup` data-column="${heading}"` : undefined));
  const lines = rows.map(row => {
    const cells = row.map((content, index) => {
      const shown = columns[index]?.align === 'right' ? content.map(withMinusSigns) : content;
      return markup`<td${classes[index]}${names[index]}>${inlineHtml(shown)}</td>`;
    });
    return markup`<tr>${cells}</tr>\n`;
  });
  return markup`<div class="scroll" role="region" tabindex="0" aria-label="${label}"><table class="${layout}">
<thead><tr>${heads}</tr></thead>
<tbody>
${lines}</tbody></table></div>`;
}

function withMinusSigns(inline: Inline): Inline {
  return typeof inline === 'string' ? withMinus(inline) : inline;
}

function figureHtml({ svg, caption }: FigureBlock): Html {
  return markup`<figure><div class="scroll" tabindex="0">${trusted(svg)}</div>
<figcaption>${inlineHtml(caption)}</figcaption></figure>`;
}

function inlineHtml(content: readonly Inline[]): Html[] {
  return content.map(inline => {
    if (typeof inline === 'string') return markup`${inline}`;
    switch (inline.kind) {
      case 'code':
        return markup`<code>${inline.text}</code>`;
      case 'strong':
        return markup`<strong>${inline.text}</strong>`;
      case 'muted':
        return markup`<small>${inline.text}</small>`;
      case 'badge':
        return markup`<span class="badge ${inline.tone}">${inline.text}</span>`;
      case 'cell':
        return cellLink(inline.cell, inline.shows);
      case 'cells':
        return cellList(inline.cells);
      case 'link':
        return markup`<a href="#${inline.anchor}">${inline.text}</a>`;
      case 'break':
        return markup`<br>`;
    }
  });
}

function cellLink({ key, name }: CellName, shows: 'key' | 'name'): Html {
  const shown = key.slice(0, shownKeyLength);
  const [text, title] = shows === 'key' ? [shown, name] : [name, shown];
  return markup`<a class="cell" href="#${cellAnchor(key)}" title="${title}">${text}</a>`;
}

function cellList(cells: readonly CellName[]): Html {
  const [only] = cells;
  if (only !== undefined && cells.length === 1) return cellLink(only, 'key');
  const listed = cells.slice(0, mostListedCells).map(cell => markup`<li>${cellLink(cell, 'name')}</li>`);
  const rest = cells.length > mostListedCells ? markup`<li>and ${cells.length - mostListedCells} more</li>` : undefined;
  const summary = counted(cells.length, 'cell');
  return markup`<details class="cells"><summary>${summary}</summary><ul>${listed}${rest}</ul></details>`;
}
