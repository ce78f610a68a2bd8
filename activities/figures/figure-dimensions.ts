/** The dimensions of a figure, told from what the study says and from what its columns hold. */
import type { ReportFigure } from '../../schemas/report.ts';
import type { CellValue } from '../../schemas/table-schema.ts';
import { ReportProblem } from '../report/report-problem.ts';
import type { ReportRow } from '../report/report-rows.ts';
import {
  type Channel,
  type Dimension,
  type DiscreteDimension,
  channelOf,
  discreteDimension,
  numberIn,
  numericDimension,
} from './dimension.ts';

export interface FigureDimensions {
  readonly x: Dimension;
  readonly y: Dimension;
  readonly color: Dimension | undefined;
  readonly facet: DiscreteDimension | undefined;
  /** The channel of the numbers: what `take` is taken of, and where whiskers lie. */
  readonly measure: 'x' | 'y' | 'color';
}

/** Numbers of more values than this become a shade, fewer become groups. */
const mostNumberGroups = 7;

export function figureDimensions(figure: ReportFigure, rows: readonly ReportRow[]): FigureDimensions {
  const column = ({ column: name }: Channel) => rows.map(({ values }) => values[name] ?? null);
  const x = channelOf(figure.x);
  const y = channelOf(figure.y ?? { column: x.column, title: 'rows', scale: 'linear' });
  const color = figure.color === undefined ? undefined : channelOf(figure.color);
  const facet = figure.facet === undefined ? undefined : channelOf(figure.facet);
  const panels = facet === undefined ? undefined : discreteDimension(facet, column(facet));
  const groups = color === undefined ? undefined : colorDimension(color, column(color));
  if (figure.kind === 'heatmap') {
    if (color === undefined) throw new Error('internal: a heatmap without `color`');
    const tiles = { x: discreteDimension(x, column(x)), y: discreteDimension(y, column(y)) };
    return { ...tiles, color: numericDimension(color), facet: panels, measure: 'color' };
  }
  if (figure.kind === 'histogram') {
    return { x: eitherDimension(x, column(x)), y: numericDimension(y), color: groups, facet: panels, measure: 'y' };
  }
  const position = positions(figure, { x, y }, { x: column(x), y: column(y) });
  return { ...position, color: groups, facet: panels };
}

interface Pair<Value> {
  readonly x: Value;
  readonly y: Value;
}

/** Numbers run up, unless the study's `y` holds text: then its values run down, and the numbers are those of `x`. */
function positions(
  { kind, take }: ReportFigure,
  channels: Pair<Channel>,
  columns: Pair<readonly CellValue[]>,
): Pair<Dimension> & Pick<FigureDimensions, 'measure'> {
  const isNumericX = isNumeric(channels.x, columns.x, kind === 'lines');
  const x = isNumericX ? numericDimension(channels.x) : discreteDimension(channels.x, columns.x);
  if (take !== undefined || isNumeric(channels.y, columns.y)) {
    const category = kind === 'bars' ? discreteDimension(channels.x, columns.x) : x;
    return { x: category, y: numericDimension(channels.y), measure: 'y' };
  }
  if (x.kind === 'numeric' && kind !== 'lines') return { x, y: discreteDimension(channels.y, columns.y), measure: 'x' };
  throw new ReportProblem(
    `\`y: ${channels.y.column}\` holds text; ${kind} need numbers there${kind === 'lines' ? '' : ', or in `x`'}.`,
  );
}

function eitherDimension(channel: Channel, values: readonly CellValue[]): Dimension {
  return isNumeric(channel, values) ? numericDimension(channel) : discreteDimension(channel, values);
}

/** Few numbers are names of groups (seeds, arms), many are a quantity. */
function colorDimension(channel: Channel, values: readonly CellValue[]): Dimension {
  const isQuantity = isNumeric(channel, values) && new Set(values).size > mostNumberGroups;
  return isQuantity ? numericDimension(channel) : discreteDimension(channel, values);
}

/**
 * Numbers and nothing else, in no order of the study's own. Axes are text in tables, and numbers among them are names
 * (seeds) as often as quantities: they count as numbers where a line runs along them or the study gives them a scale.
 */
function isNumeric({ sort, scale, domain }: Channel, values: readonly CellValue[], isLine = false): boolean {
  const isQuantity = isLine || scale !== 'linear' || domain !== undefined;
  return (
    sort === undefined &&
    values.every(value => value === null || typeof value === 'number' || (isQuantity && numberIn(value) !== undefined))
  );
}
