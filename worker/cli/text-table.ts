/** Tables for terminals: aligned columns, cut or wrapped to the width there is. */
import { clip, displayWidth } from '../../planner/display-width.ts';
import { cutWords, wrapText } from './wrap-text.ts';

export interface TextColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** It gives way first when there is not enough room, down to twelve columns: by cutting its text, or wrapping it. */
  readonly flexible?: true | 'wraps';
}

/** A flexible column is never made narrower than this. */
const narrowest = 12;

/** Lines of a table, title line first; every line at most `width` columns wide, if flexible columns allow. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[], width = 80): string[] {
  const { head, body } = tableLines(columns, rows, width);
  return [head, ...body.flat()];
}

/** The same with the lines of each row together: several where a column wraps. */
export function tableLines(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): { readonly head: string; readonly body: readonly (readonly string[])[] } {
  const widths = fittedWidths(columns, rows, width);
  const line = (cells: readonly string[]) =>
    columns
      .map((column, index) => fit(cells[index] ?? '', widths[index] ?? 0, column.align ?? 'left'))
      .join('  ')
      .trimEnd();
  const lines = (row: readonly string[]) => {
    const wrapped = columns.map(({ flexible }, index) => {
      const [text, room] = [row[index] ?? '', widths[index] ?? narrowest];
      return flexible === 'wraps' ? wrapText(cutWords(text, room), room) : [text];
    });
    const height = wrapped.reduce((most, { length }) => Math.max(most, length), 1);
    return Array.from({ length: height }, (_, place) => line(wrapped.map(cell => cell[place] ?? '')));
  };
  return { head: line(columns.map(({ title }) => title)), body: rows.map(lines) };
}

/** As wide as their widest text; where that is too much, flexible columns give way in turn. */
function fittedWidths(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly number[] {
  const widths = columns.map((column, index) =>
    [column.title, ...rows.map(row => row[index] ?? '')].reduce(
      (widest, text) => Math.max(widest, displayWidth(text)),
      0,
    ),
  );
  let excess = widths.reduce((sum, each) => sum + each, 2 * (columns.length - 1)) - width;
  for (const [index, column] of columns.entries()) {
    const room = (widths[index] ?? 0) - narrowest;
    if (column.flexible === undefined || excess <= 0 || room <= 0) continue;
    const cut = Math.min(excess, room);
    widths[index] = (widths[index] ?? 0) - cut;
    excess -= cut;
  }
  return widths;
}

function fit(text: string, width: number, align: 'left' | 'right'): string {
  const short = displayWidth(text) > width ? `${clip(text, 0, Math.max(0, width - 1))}…` : text;
  const padding = ' '.repeat(Math.max(0, width - displayWidth(short)));
  return align === 'right' ? padding + short : short + padding;
}
