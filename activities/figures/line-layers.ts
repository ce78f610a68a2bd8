/** Layers of lines: one per colour, or per colour and cell where rows of several cells share an x; bands behind them. */
import { groupBy } from '../../stats/grouped-values.ts';
import {
  type Encoding,
  type Layer,
  inTurn,
  insideOnly,
  withWhisker,
  colorEncoding,
  positionEncoding,
  whiskerEncoding,
  hasHints,
  hintEncoding,
} from './figure-encoding.ts';
import { categoryColors, categoryDashes } from './figure-theme.ts';
import type { FigureMark } from './figure-marks.ts';
import type { PreparedFigure } from './prepared-figure.ts';

/** More points than this on a line hide it. */
const mostSymbols = 60;

export function lineLayers(prepared: PreparedFigure, width: number): Layer[] {
  const position = positionEncoding(prepared, width);
  const series: Encoding = { detail: { field: 'series', type: 'nominal' } };
  const isJoined = lineSeries(prepared.marks) !== undefined;
  const hasSymbols = !isJoined || new Set(prepared.marks.map(({ x }) => x)).size <= mostSymbols;
  const bands: Layer = {
    transform: withWhisker,
    mark: { type: 'area', opacity: 0.18, clip: true, color: categoryColors[0] },
    encoding: {
      ...position,
      ...whiskerEncoding(prepared),
      ...colorEncoding(prepared, ['color']),
      ...series,
    },
  };
  const lines: Layer = {
    mark: { type: 'line', strokeWidth: 2, clip: true, color: categoryColors[0] },
    encoding: {
      ...position,
      ...colorEncoding(prepared, hasSymbols ? ['color'] : ['color', 'strokeDash']),
      ...(hasSymbols && lineDashes(prepared) !== undefined ? unnamedDash : {}),
      ...series,
    },
  };
  const symbols: Layer = {
    transform: insideOnly,
    mark: { type: 'point', filled: true, size: 36, color: categoryColors[0], aria: hasHints(prepared) },
    encoding: { ...position, ...colorEncoding(prepared, ['color', 'shape']), ...hintEncoding(prepared) },
  };
  const hasBands = prepared.marks.some(mark => mark.low !== undefined);
  return [...(hasBands && isJoined ? [bands] : []), ...(isJoined ? [lines] : []), ...(hasSymbols ? [symbols] : [])];
}

/** Where symbols stand on the lines, the legend shows those, and dashes are drawn without a scale. */
const unnamedDash: Encoding = { strokeDash: { field: 'dash', type: 'nominal', scale: null } };

/** For each mark the dash of its line; undefined where lines are not told apart by groups. */
export function lineDashes({ marks, dimensions: { color } }: PreparedFigure): number[][] | undefined {
  if (color?.kind !== 'discrete') return undefined;
  return marks.map(mark => [...inTurn(categoryDashes, Math.max(0, color.values.indexOf(String(mark.color))))]);
}

/**
 * For each mark the line it belongs to: its facet and colour, and where those have several marks at one x, its cell
 * too. Undefined where even that leaves several at one x: no line can join them.
 */
export function lineSeries(marks: readonly FigureMark[]): string[] | undefined {
  const byColor = marks.map(({ facet, color }) => JSON.stringify([facet, color]));
  if (isFunction(marks, byColor)) return byColor;
  const byCell = marks.map(({ facet, color, rows }) => JSON.stringify([facet, color, rows[0]?.cell]));
  return isFunction(marks, byCell) ? byCell : undefined;
}

/** Whether every series has one mark at each x. */
function isFunction(marks: readonly FigureMark[], series: readonly string[]): boolean {
  return groupBy([...marks.keys()], index => JSON.stringify([series[index], marks[index]?.x])).size === marks.length;
}

/** Says so where rows that share an x cannot be joined. */
export function unjoined({ figure, marks }: PreparedFigure): string[] {
  if (figure.kind !== 'lines' || lineSeries(marks) !== undefined) return [];
  return ['No lines: a cell has several rows at one `x`; say with `take:` how they become one.'];
}
