/** Layers of points and intervals: a symbol at each mark, with its whisker behind it. */
import {
  type Layer,
  insideOnly,
  withWhisker,
  colorEncoding,
  offsetEncoding,
  positionEncoding,
  whiskerEncoding,
  hasHints,
  hintEncoding,
} from './figure-encoding.ts';
import { categoryColors, sizes } from './figure-theme.ts';
import type { PreparedFigure } from './prepared-figure.ts';

export function pointLayers(prepared: PreparedFigure, width: number): Layer[] {
  const isMany = prepared.marks.length > 400;
  const points: Layer = {
    transform: insideOnly,
    mark: {
      type: 'point',
      filled: true,
      opacity: 0.9,
      size: isMany ? 24 : sizes.point,
      color: categoryColors[0],
      aria: hasHints(prepared),
    },
    encoding: {
      ...positionEncoding(prepared, width),
      ...offsetEncoding(prepared),
      ...colorEncoding(prepared, ['color', 'shape']),
      ...hintEncoding(prepared),
    },
  };
  return [...whiskerLayers(prepared, width), points];
}

/** Nothing where no mark has a whisker. */
function whiskerLayers(prepared: PreparedFigure, width: number): Layer[] {
  if (!prepared.marks.some(mark => mark.low !== undefined)) return [];
  return [
    {
      transform: withWhisker,
      mark: { type: 'rule', strokeWidth: 1.8, clip: true, color: categoryColors[0] },
      encoding: {
        ...positionEncoding(prepared, width),
        ...whiskerEncoding(prepared),
        ...offsetEncoding(prepared),
        ...colorEncoding(prepared, ['color']),
      },
    },
  ];
}
