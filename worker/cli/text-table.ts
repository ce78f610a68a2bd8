/** Tables for terminals: aligned columns, cut to the width there is. */
import { clip, displayWidth } from '../../planner/display-width.ts';

export interface TextColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** It gives way first when there is not enough room, down to twelve columns. */
  readonly flexible?: true;
}

/** A flexible column is never cut below this. */
const narrowest = 12;

/** Lines of a table, title line first; every line at most `width` columns wide, if flexible columns allow. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[], width = 80): string[] {
  const widths = columns.map((column, index) =>
    [column.title, ...rows.map(row => row[index] ?? '')].reduce(
      (widest, text) => Math.max(widest, displayWidth(text)),
      0,
    ),
  );
  let excess = widths.reduce((sum, each) => sum + each, 2 * (columns.length - 1)) - width;
  for (const [index, column] of columns.entries()) {
    const room = (widths[index] ?? 0) - narrowest;
    if (column.flexible !== true || excess <= 0 || room <= 0) continue;
    const cut = Math.min(excess, room);
    widths[index] = (widths[index] ?? 0) - cut;
    excess -= cut;
  }
  const line = (cells: readonly string[]) =>
    columns
      .map((column, index) => fit(cells[index] ?? '', widths[index] ?? 0, column.align ?? 'left'))
      .join('  ')
      .trimEnd();
  return [line(columns.map(column => column.title)), ...rows.map(line)];
}

function fit(text: string, width: number, align: 'left' | 'right'): string {
  const short = displayWidth(text) > width ? `${clip(text, 0, Math.max(0, width - 1))}…` : text;
  const padding = ' '.repeat(Math.max(0, width - displayWidth(short)));
  return align === 'right' ? padding + short : short + padding;
}
