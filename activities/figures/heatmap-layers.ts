/** Layers of a heatmap: tiles with their values written in them. */
import { decimalsOf, formatNumber, withMinus } from '../report/format-value.ts';
import { type Layer, positionEncoding, shades, hasHints, hintEncoding } from './figure-encoding.ts';
import type { FigureMark } from './figure-marks.ts';
import type { PreparedFigure } from './prepared-figure.ts';

/** More tiles than this have no room for numbers. */
const mostLabels = 400;

export function heatmapLayers(prepared: PreparedFigure, width: number): Layer[] {
  const { color } = prepared.dimensions;
  if (color?.kind !== 'numeric') throw new Error('internal: a heatmap without numbers');
  const position = positionEncoding(prepared, width);
  const tiles: Layer = {
    mark: { type: 'rect', aria: hasHints(prepared) },
    encoding: { ...position, color: shades(color, extentOf(prepared.marks)), ...hintEncoding(prepared) },
  };
  const labels: Layer = {
    mark: { type: 'text', fontSize: 11, color: { expr: 'datum.labelInk' } },
    encoding: {
      ...position,
      text: { field: 'label' },
    },
  };
  return prepared.marks.length <= mostLabels ? [tiles, labels] : [tiles];
}

function extentOf(marks: readonly FigureMark[]): readonly [number, number] {
  const values = numbersOf(marks);
  return [Math.min(...values), Math.max(...values)];
}

function numbersOf(marks: readonly FigureMark[]): number[] {
  return marks.flatMap(({ color }) => (typeof color === 'number' ? [color] : []));
}

/** The value of each tile, and the ink that can be read on its shade. */
export function tileLabels({ dimensions, marks }: PreparedFigure): { label: string; labelInk: string }[] {
  const decimals = decimalsOf(numbersOf(marks));
  const [low, high] =
    dimensions.color?.kind === 'numeric' && dimensions.color.domain ? dimensions.color.domain : extentOf(marks);
  const isSigned = low < 0 && high > 0;
  return marks.map(({ color }) => {
    const value = typeof color === 'number' ? color : Number.NaN;
    const share = high > low ? (value - low) / (high - low) : 1;
    // Viridis is dark below, a scale of two hues dark at both ends.
    const isDark = isSigned ? Math.abs(value) > 0.6 * Math.max(-low, high) : share < 0.55;
    return { label: withMinus(formatNumber(value, decimals)), labelInk: isDark ? 'white' : 'black' };
  });
}
