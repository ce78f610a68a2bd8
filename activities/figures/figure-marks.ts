/** What a figure draws: one mark for each row, or for all rows at one place; and what it leaves out. */
import type { ReportFigure } from '../../schemas/report.ts';
import { groupBy } from '../../stats/grouped-values.ts';
import { counted } from '../report/format-value.ts';
import type { ReportRow } from '../report/report-rows.ts';
import { takeValue } from '../report/row-take.ts';
import { type Dimension, isOnScale, placeOn } from './dimension.ts';
import type { FigureDimensions } from './figure-dimensions.ts';
import { type Whisker, whiskerOf } from './whisker.ts';

/** Numbers on numeric dimensions, text on discrete ones. */
interface Place {
  readonly x?: number | string;
  readonly y?: number | string;
  readonly color?: number | string;
  readonly facet?: string;
}

export interface FigureMark extends Place, Whisker {
  readonly x: number | string;
  readonly y: number | string;
  /** End of a histogram's bin, which begins at `x`. */
  readonly end?: number;
  /** Rows behind it. */
  readonly n: number;
  readonly rows: readonly ReportRow[];
}

export interface FigureMarks {
  readonly marks: readonly FigureMark[];
  /** What is not drawn, and why, in sentences. */
  readonly omissions: readonly string[];
}

export interface PlacedRow {
  readonly row: ReportRow;
  readonly place: Place;
}

/** Marks of every kind but the histogram. */
export function figureMarks(
  figure: ReportFigure,
  dimensions: FigureDimensions,
  rows: readonly ReportRow[],
): FigureMarks {
  const { take } = figure;
  const { placed, omissions } = placeRows(rows, dimensions, take === undefined ? undefined : dimensions.measure);
  if (take === undefined) {
    const marks = placed.flatMap(({ row, place }) => markAt(place, [row], figure, dimensions));
    return { marks, omissions: [...omissions, ...flaws(figure, marks, dimensions)] };
  }
  const groups = [...groupBy(placed, ({ place }) => JSON.stringify(place)).values()];
  const marks = groups.flatMap(group => takenMark(group, figure, dimensions));
  const unused = placed.length - marks.reduce((sum, { n }) => sum + n, 0);
  const column = measured(dimensions).column;
  const withoutNumber = unused > 0 ? [`${counted(unused, 'row')} without a number in \`${column}\`.`] : [];
  return { marks, omissions: [...omissions, ...withoutNumber, ...flaws(figure, marks, dimensions)] };
}

/** Rows at their places; those without a value on one of the dimensions are left out and counted. */
export function placeRows(
  rows: readonly ReportRow[],
  dimensions: FigureDimensions,
  except?: FigureDimensions['measure'],
): { readonly placed: readonly PlacedRow[]; readonly omissions: readonly string[] } {
  const { x, y, color, facet } = dimensions;
  const required = Object.entries({ x, y, color, facet }).flatMap(([name, dimension]) =>
    dimension === undefined || name === except ? [] : [dimension],
  );
  const lost = new Map<Dimension, number>();
  const placed = rows.flatMap((row): PlacedRow[] => {
    const lacking = required.find(dimension => placeOn(dimension, row.values) === undefined);
    if (lacking !== undefined) {
      lost.set(lacking, (lost.get(lacking) ?? 0) + 1);
      return [];
    }
    return [{ row, place: placeOf(row, dimensions, except) }];
  });
  const omissions = [...lost].map(([dimension, count]) => `${counted(count, 'row')} ${whyNot(dimension)}.`);
  return { placed, omissions };
}

function whyNot(dimension: Dimension): string {
  if (dimension.kind === 'discrete') return `without a value in \`${dimension.column}\``;
  const positive = dimension.scale === 'log' ? ' above 0, as a logarithmic axis needs,' : '';
  return `without a number${positive} in \`${dimension.column}\``;
}

function placeOf({ values }: ReportRow, dimensions: FigureDimensions, except?: FigureDimensions['measure']): Place {
  const [x, y] = [placeOn(dimensions.x, values), placeOn(dimensions.y, values)];
  const color = dimensions.color === undefined ? undefined : placeOn(dimensions.color, values);
  const facet = dimensions.facet === undefined ? undefined : placeOn(dimensions.facet, values);
  return {
    ...(x === undefined || except === 'x' ? {} : { x }),
    ...(y === undefined || except === 'y' ? {} : { y }),
    ...(color === undefined || except === 'color' ? {} : { color }),
    ...(facet === undefined ? {} : { facet: String(facet) }),
  };
}

/** The rows at one place as one mark; none where they give no number that the scale can show. */
function takenMark(group: readonly PlacedRow[], figure: ReportFigure, dimensions: FigureDimensions): FigureMark[] {
  const [first] = group;
  if (first === undefined || figure.take === undefined) return [];
  const dimension = measured(dimensions);
  const rows = group.map(({ row }) => row);
  const { value, n } = takeValue(rows, dimension.column, figure.take);
  if (typeof value !== 'number' || dimension.kind !== 'numeric' || !isOnScale(value, dimension)) return [];
  const place = { ...first.place, ...measureAt(dimensions.measure, value) };
  return markAt(place, rows, figure, dimensions).map(mark => ({ ...mark, n }));
}

function measureAt(measure: FigureDimensions['measure'], value: number): Place {
  if (measure === 'x') return { x: value };
  return measure === 'y' ? { y: value } : { color: value };
}

/** The dimension of the numbers. */
function measured(dimensions: FigureDimensions): Dimension {
  const dimension = dimensions[dimensions.measure];
  if (dimension === undefined) throw new Error('internal: a figure measures a channel that it lacks');
  return dimension;
}

function markAt(
  place: Place,
  rows: readonly ReportRow[],
  figure: ReportFigure,
  dimensions: FigureDimensions,
): FigureMark[] {
  const { x, y } = place;
  if (x === undefined || y === undefined) return [];
  return [{ ...place, x, y, ...whiskerOf(figure, measured(dimensions), rows), n: rows.length, rows }];
}

/** What a reader would not see from the marks alone. */
function flaws(figure: ReportFigure, marks: readonly FigureMark[], dimensions: FigureDimensions): string[] {
  const hasWhiskers = figure.spread !== undefined || figure.low !== undefined;
  const bare = hasWhiskers ? marks.filter(mark => mark.low === undefined).length : 0;
  const outside = marks.filter(mark => isOutside(mark, dimensions)).length;
  return [
    ...(bare > 0 ? [`${counted(bare, 'mark')} without a whisker: its ends are not known.`] : []),
    ...(outside > 0 ? [`${counted(outside, 'mark')} beyond the ends that the study gives its axes.`] : []),
  ];
}

/** Whether a mark lies beyond the ends that the study gives an axis. */
export function isOutside(mark: FigureMark, { x, y }: FigureDimensions): boolean {
  const beyond = (value: number | string, dimension: Dimension) =>
    typeof value === 'number' &&
    dimension.kind === 'numeric' &&
    dimension.domain !== undefined &&
    (value < Math.min(...dimension.domain) || value > Math.max(...dimension.domain));
  return beyond(mark.x, x) || beyond(mark.y, y);
}
