/** Layers of a histogram: bins as bars, or one bar per value of a column without numbers. */
import { type Layer, colorEncoding, positionEncoding, hasHints, hintEncoding } from './figure-encoding.ts';
import { categoryColors } from './figure-theme.ts';
import type { PreparedFigure } from './prepared-figure.ts';

export function histogramLayers(prepared: PreparedFigure, width: number): Layer[] {
  const position = positionEncoding(prepared, width);
  const isBinned = prepared.dimensions.x.kind === 'numeric';
  return [
    {
      mark: {
        type: 'bar',
        orient: 'vertical',
        color: categoryColors[0],
        stroke: 'currentColor',
        strokeWidth: 0.6,
        strokeOpacity: 0.5,
        aria: hasHints(prepared),
      },
      encoding: {
        ...position,
        ...(isBinned ? { x2: { field: 'end' } } : {}),
        y: { ...position.y, stack: 'zero' },
        ...colorEncoding(prepared, ['color']),
        ...hintEncoding(prepared),
      },
    },
  ];
}
