/** Text in Markdown (CommonMark with GitHub's tables), escaped so that it reads as the text it is. */
import { printable } from './html.ts';

/**
 * Escapes what could begin markup: emphasis, links, images, HTML, code, table cells, formulas, headings, lists. An
 * underscore inside a word begins nothing and stays. Line ends become spaces.
 */
export function escapeMarkdown(text: string): string {
  return printable(text)
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll(/[\\`*[\]<>|~$&]/g, String.raw`\$&`)
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\_`)
    .replace(/^(\s*)(?=#{1,6}(?:\s|$)|[+-](?:\s|$)|(?:-+|=+)\s*$)/, '$1\\')
    .replace(/^(\s*\d+)([.)]\s)/, String.raw`$1\$2`);
}

/** Code within a line: fenced by more backticks than it holds in a row. */
export function codeSpan(text: string): string {
  const clean = printable(text).replaceAll(/\s*\n\s*/g, ' ');
  const longest = Math.max(0, ...[...clean.matchAll(/`+/g)].map(run => run[0].length));
  const fence = '`'.repeat(longest + 1);
  const padding = /^[`\s]|[`\s]$/.test(clean) ? ' ' : '';
  return `${fence}${padding}${clean}${padding}${fence}`;
}

/** Lines of code, fenced. */
export function codeFence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(run => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${printable(text)}\n${fence}`;
}

/** A table cell: a pipe ends a cell even within code. */
export function tableCell(markdown: string): string {
  return markdown.replaceAll(/(?<!\\)\|/g, String.raw`\|`).replaceAll('\n', ' ');
}
