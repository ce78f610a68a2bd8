/** What a figure shows, in words: for its caption, for those who do not see it, and for a mark under the pointer. */
import { counted, decimalsOf, formatNumber, shortened, withMinus } from '../report/format-value.ts';
import type { Dimension } from './dimension.ts';
import type { FigureMark } from './figure-marks.ts';
import { type PreparedFigure, isColorRedundant } from './prepared-figure.ts';
import { spreadWords } from './whisker.ts';

/** One line above the figure: what a mark is, and how many rows are behind it. */
export function figureSubtitle(prepared: PreparedFigure): string {
  const { figure, marks } = prepared;
  const { take, spread, low, kind } = figure;
  if (kind === 'histogram') return `n = ${counted(totalRows(marks), 'row')}`;
  if (take === undefined) {
    const whisker = low === undefined || kind === 'heatmap' ? '' : `; ${band(kind)}: ${figure.low} to ${figure.high}`;
    return `${counted(marks.length, 'row')}, each drawn${whisker}`;
  }
  const whisker = spread === undefined || kind === 'heatmap' ? '' : `; ${band(kind)}: ${spreadWords[spread]}`;
  return `${take} of ${rowsEach(marks)}${whisker}`;
}

function band(kind: PreparedFigure['figure']['kind']): string {
  return kind === 'lines' ? 'band' : 'whisker';
}

/** `n = 6 rows each`, or `n = 4 to 6 rows`. */
function rowsEach(marks: readonly FigureMark[]): string {
  const counts = marks.map(({ n }) => n);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? `n = ${counted(least, 'row')} each` : `n = ${least} to ${counted(most, 'row')}`;
}

/** Whether marks stand for different numbers of rows, so that each must say its own. */
export function differsInRows({ figure, marks }: PreparedFigure): boolean {
  return figure.take !== undefined && figure.take !== 'count' && new Set(marks.map(({ n }) => n)).size > 1;
}

function totalRows(marks: readonly FigureMark[]): number {
  return marks.reduce((sum, { n }) => sum + n, 0);
}

/** The figure in a few sentences. */
export function figureDescription(prepared: PreparedFigure): string {
  const { figure, dimensions, marks } = prepared;
  const { x, y, color, facet } = dimensions;
  const what = figure.kind === 'heatmap' ? `${x.title} by ${y.title}` : `${y.title} against ${x.title}`;
  const shade = color === undefined || isColorRedundant(dimensions) ? '' : `, coloured by ${color.title}`;
  const panels = facet === undefined ? '' : `, one panel per ${facet.title}`;
  return `${kindWords[figure.kind]} ${what}${shade}${panels}: ${counted(marks.length, 'mark')} from ${counted(totalRows(marks), 'row')}.`;
}

const kindWords: { readonly [kind in PreparedFigure['figure']['kind']]: string } = {
  points: 'Points:',
  bars: 'Bars:',
  lines: 'Lines:',
  interval: 'Intervals:',
  histogram: 'Histogram:',
  heatmap: 'Heatmap:',
};

/** Longer names are cut in hints. */
const longestName = 60;

/** For each mark one line: where it stands, its whisker, its n. */
export function markDescriptions({ figure, dimensions, marks }: PreparedFigure): string[] {
  const { x, y, color, measure } = dimensions;
  const decimals = new Map<Dimension, number>(
    [x, y, color].flatMap(dimension => {
      if (dimension?.kind !== 'numeric') return [];
      const channel = dimension === x ? 'x' : dimension === y ? 'y' : 'color';
      const values = marks.flatMap(mark => (typeof mark[channel] === 'number' ? [mark[channel]] : []));
      return [[dimension, decimalsOf(values)]];
    }),
  );
  const text = (dimension: Dimension, value: number | string) =>
    typeof value === 'number'
      ? withMinus(formatNumber(value, decimals.get(dimension) ?? 0))
      : shortened(value, longestName);
  const scaled = measure === 'x' ? x : y;
  return marks.map(mark => {
    const parts = [
      mark.facet === undefined ? undefined : shortened(mark.facet, longestName),
      `${x.title} ${text(x, mark.x)}${mark.end === undefined ? '' : ` to ${text(x, mark.end)}`}`,
      color === undefined || mark.color === undefined || isColorRedundant(dimensions)
        ? undefined
        : `${color.title} ${text(color, mark.color)}`,
      `${y.title} ${text(y, mark.y)}`,
      mark.low === undefined || mark.high === undefined
        ? undefined
        : `${text(scaled, mark.low)} to ${text(scaled, mark.high)}`,
      figure.take === undefined ? undefined : `n = ${mark.n}`,
    ];
    return parts.filter(part => part !== undefined).join(' · ');
  });
}
