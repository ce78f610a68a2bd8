/** Figures and rows for tests of figures. */
import type { RenderedFigure } from '../../../activities/figures/render-figure.ts';
import { renderFigure } from '../../../activities/figures/render-figure.ts';
import type { ReportRow } from '../../../activities/report/report-rows.ts';
import { type ReportFigure, reportFigureSchema } from '../../../schemas/report.ts';
import type { CellValue, ColumnType, Columns, Row } from '../../../schemas/table-schema.ts';

/** A figure as a study declares it; `from` does not matter here. */
export function figure(declared: object): ReportFigure {
  return reportFigureSchema.parse({ from: 'main.score', ...declared });
}

/** Rows of a cell each, or of the cell that their column `cell` names. */
export function rowsOf(values: readonly Row[]): ReportRow[] {
  return values.map((row, index) => ({
    values: row,
    cell: typeof row['cell'] === 'string' ? row['cell'] : `cell ${index}`,
  }));
}

/** Columns told from the rows: text, numbers or truth values. */
export function columnsOf(rows: readonly ReportRow[]): Columns {
  return Object.fromEntries(
    rows.flatMap(row => Object.entries(row.values).map(([name, value]) => [name, typeOf(value)])),
  );
}

function typeOf(value: CellValue): ColumnType {
  if (typeof value === 'number') return 'float64';
  return typeof value === 'boolean' ? 'bool' : 'utf8';
}

export function draw(declared: object, values: readonly Row[]): Promise<RenderedFigure> {
  const rows = rowsOf(values);
  return renderFigure(figure(declared), rows, { columns: columnsOf(rows), id: 'figure', title: 'A figure' });
}

/** Two conditions × two stages × three seeds: numbers that are easy to take means of. */
export const scores: readonly Row[] = ['control', 'evil'].flatMap((condition, first) =>
  ['before', 'after'].flatMap((stage, second) =>
    [1, 2, 3].map(seed => ({
      condition,
      stage,
      seed: String(seed),
      score: 10 * first + 5 * second + seed,
      layer: seed,
    })),
  ),
);
