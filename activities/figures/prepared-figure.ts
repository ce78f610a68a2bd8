/** A figure with all its decisions made: dimensions, marks, and where each mark stands beside its neighbours. */
import type { ReportFigure } from '../../schemas/report.ts';
import type { Columns } from '../../schemas/table-schema.ts';
import { requireColumn } from '../report/report-problem.ts';
import type { ReportRow } from '../report/report-rows.ts';
import { channelOf, discreteDimension, discreteText } from './dimension.ts';
import { type FigureDimensions, figureDimensions } from './figure-dimensions.ts';
import { type FigureMark, figureMarks } from './figure-marks.ts';
import { histogramBins } from './histogram-bins.ts';

export interface PreparedFigure {
  readonly figure: ReportFigure;
  readonly dimensions: FigureDimensions;
  readonly marks: readonly FigureMark[];
  readonly omissions: readonly string[];
}

/** Throws `ReportProblem` where a column is not there or holds what the figure cannot draw. */
export function prepareFigure(figure: ReportFigure, rows: readonly ReportRow[], columns: Columns): PreparedFigure {
  const isHistogram = figure.kind === 'histogram';
  // The `y` of a histogram is the count: what the study says of it is how its axis looks.
  const channels = [figure.x, isHistogram ? undefined : figure.y, figure.color, figure.facet];
  const declared = channels.flatMap(channel => (channel === undefined ? [] : [channelOf(channel).column]));
  const ends = isHistogram || figure.kind === 'heatmap' ? [] : [figure.low, figure.high];
  for (const column of [...declared, ...ends]) if (column !== undefined) requireColumn(column, Object.keys(columns));
  const drawn = withinPanels(figure, rows);
  const dimensions = figureDimensions(figure, drawn.rows);
  const { marks, omissions } = isHistogram
    ? histogramBins(dimensions, drawn.rows)
    : figureMarks(figure, dimensions, drawn.rows);
  return { figure, dimensions, marks, omissions: [...omissions, ...drawn.omissions, ...unusedParts(figure)] };
}

/** More small figures than this are too many to compare. */
const mostPanels = 30;

function withinPanels({ facet }: ReportFigure, rows: readonly ReportRow[]) {
  if (facet === undefined) return { rows, omissions: [] };
  const channel = channelOf(facet);
  const { values } = discreteDimension(
    channel,
    rows.map(row => row.values[channel.column] ?? null),
  );
  if (values.length <= mostPanels) return { rows, omissions: [] };
  const shown = new Set(values.slice(0, mostPanels));
  const kept = rows.filter(row => shown.has(discreteText(row.values[channel.column] ?? null)));
  return {
    rows: kept,
    omissions: [`${values.length - mostPanels} of ${values.length} panels of \`${channel.column}\`.`],
  };
}

/** What a kind of figure has no use for, in a sentence each. */
function unusedParts(figure: ReportFigure): string[] {
  return (useless[figure.kind] ?? [])
    .filter(part => figure[part] !== undefined)
    .map(part => `\`${part}\` means nothing for a ${figure.kind} and is not used.`);
}

const useless: { readonly [kind in ReportFigure['kind']]?: readonly (keyof ReportFigure)[] } = {
  histogram: ['take', 'spread', 'low', 'high'],
  heatmap: ['spread', 'low', 'high'],
};

/** The axis along which categories lie; undefined where both axes are numeric. */
export function categoryAxis({ x, y }: FigureDimensions): 'x' | 'y' | undefined {
  if (x.kind === 'discrete') return 'x';
  return y.kind === 'discrete' ? 'y' : undefined;
}

/** Whether colour tells what the category axis tells already. */
export function isColorRedundant({ x, y, color }: FigureDimensions): boolean {
  return color !== undefined && (color.column === x.column || color.column === y.column);
}
