/** A section's figure as blocks: the drawing, what it shows and lacks in words, and the numbers behind it. */
import type { ReportFigure } from '../../schemas/report.ts';
import type { CellValue } from '../../schemas/table-schema.ts';
import type { FigureMark } from '../figures/figure-marks.ts';
import type { PreparedFigure } from '../figures/prepared-figure.ts';
import { renderFigure } from '../figures/render-figure.ts';
import { type Block, type Inline, withCode } from './document.ts';
import { counted } from './format-value.ts';
import { type CellName, type ReportRows, cellsBehind } from './report-rows.ts';
import type { TableData, TableLine } from './table-data.ts';
import { type Drawn, distinctCells, tableBlocks, tableCommands } from './table-section.ts';

/** More marks than this are not listed below a figure. */
const mostListed = 60;

export interface DrawnFigure extends Drawn {
  readonly svg: string;
}

export interface FigurePlace {
  /** Unique in its document. */
  readonly id: string;
  readonly title: string;
  /** Where the figure's own file lies, relative to the report's. */
  readonly path: string;
}

/** Throws `ReportProblem` where the figure names a column that is not there or cannot be drawn so. */
export async function figureSection(figure: ReportFigure, rows: ReportRows, place: FigurePlace): Promise<DrawnFigure> {
  const { svg, description, omissions, prepared } = await renderFigure(figure, rows.rows, {
    columns: rows.columns,
    id: place.id,
    title: place.title,
  });
  const lines = prepared.marks.map(mark => markLine(mark, prepared, rows.cells));
  const cells = distinctCells(lines.flatMap(line => line.cells));
  const lacking = omissions.length > 0 ? ` Not drawn: ${omissions.join(' ')}` : '';
  const origin: Inline[] = cells.length > 0 ? [' From ', { kind: 'cells', cells }, '.'] : [];
  const caption: Inline[] = [...withCode(`${description}${lacking}`), ...origin];
  const drawing: Block = {
    kind: 'figure',
    svg,
    alternative: `${place.title}. ${description}`,
    path: place.path,
    caption,
  };
  return {
    svg,
    cells,
    blocks: [drawing, ...numbersBehind(figure, { headings: markHeadings(prepared), lines }, place.title)],
  };
}

function numbersBehind(figure: ReportFigure, data: TableData, title: string): Block[] {
  const { lines } = data;
  if (lines.length === 0) return [];
  const rest: Inline[] =
    lines.length > mostListed
      ? [`${counted(lines.length - mostListed, 'more mark')}; the rows: `, ...tableCommands(figure.from), '.']
      : [];
  return [
    {
      kind: 'details',
      summary: ['Numbers drawn'],
      blocks: tableBlocks({ ...data, lines: lines.slice(0, mostListed) }, `Numbers drawn in ${title}`, rest),
    },
  ];
}

/** One column a channel, then the whisker and the number of rows. */
function markHeadings(prepared: PreparedFigure): string[] {
  return markColumns(prepared).map(({ heading }) => heading);
}

function markLine(mark: FigureMark, prepared: PreparedFigure, names: readonly CellName[]): TableLine {
  return {
    values: markColumns(prepared).map(({ valueOf }) => valueOf(mark) ?? null),
    cells: cellsBehind(mark.rows, names),
  };
}

interface MarkColumn {
  readonly heading: string;
  readonly valueOf: (mark: FigureMark) => CellValue | undefined;
}

function markColumns({ dimensions, figure, marks }: PreparedFigure): MarkColumn[] {
  const { x, y, color, facet } = dimensions;
  const isBinned = marks.some(mark => mark.end !== undefined);
  const hasWhiskers = marks.some(mark => mark.low !== undefined);
  const columns: (MarkColumn | false)[] = [
    facet !== undefined && { heading: facet.column, valueOf: mark => mark.facet },
    { heading: isBinned ? `${x.column} from` : x.column, valueOf: mark => mark.x },
    isBinned && { heading: 'to', valueOf: mark => mark.end },
    color !== undefined &&
      color.column !== x.column &&
      color.column !== y.column && { heading: color.column, valueOf: mark => mark.color },
    { heading: figure.kind === 'histogram' ? y.title : y.column, valueOf: mark => mark.y },
    hasWhiskers && { heading: 'low', valueOf: mark => mark.low },
    hasWhiskers && { heading: 'high', valueOf: mark => mark.high },
    figure.take !== undefined && figure.kind !== 'histogram' && { heading: 'n', valueOf: mark => mark.n },
  ];
  return columns.filter(column => column !== false);
}
