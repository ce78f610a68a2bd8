/** Layers of bars: side by side within a category, with whiskers on them. */
import { groupBy } from '../../stats/grouped-values.ts';
import {
  type Encoding,
  type Layer,
  withWhisker,
  colorEncoding,
  positionEncoding,
  whiskerEncoding,
  hasHints,
  hintEncoding,
} from './figure-encoding.ts';
import { categoryColors } from './figure-theme.ts';
import { laneCount } from './mark-offsets.ts';
import { type PreparedFigure, categoryAxis } from './prepared-figure.ts';

export function barLayers(prepared: PreparedFigure, width: number): Layer[] {
  const slots = slotEncoding(prepared);
  const bars: Layer = {
    mark: { type: 'bar', clip: true, color: categoryColors[0], aria: hasHints(prepared) },
    encoding: {
      ...positionEncoding(prepared, width),
      ...slots,
      ...colorEncoding(prepared, ['color']),
      ...hintEncoding(prepared),
    },
  };
  if (!prepared.marks.some(mark => mark.low !== undefined)) return [bars];
  const whiskers: Layer = {
    transform: withWhisker,
    mark: { type: 'rule', strokeWidth: 1.8, clip: true },
    encoding: { ...positionEncoding(prepared, width), ...whiskerEncoding(prepared), ...slots },
  };
  return [bars, whiskers];
}

/**
 * For each mark its slot within its category. A colour has as many slots as the category that holds most of its rows
 * needs, so that the order of bars is the legend's everywhere: it tells them apart without their colours.
 */
export function barSlots(prepared: PreparedFigure): number[] {
  const { marks, dimensions } = prepared;
  const axis = categoryAxis(dimensions) ?? 'x';
  const color = dimensions.color?.kind === 'discrete' && laneCount(prepared) > 1 ? dimensions.color.values : [];
  const lanes = groupBy([...marks.keys()], index => {
    const mark = marks[index];
    return JSON.stringify([mark?.[axis], mark?.facet, color.length > 0 ? mark?.color : undefined]);
  });
  const deepest = Math.max(1, ...[...lanes.values()].map(({ length }) => length));
  const slots = marks.map(mark => Math.max(0, color.indexOf(String(mark.color))) * deepest);
  for (const members of lanes.values())
    for (const [rank, index] of members.entries()) slots[index] = (slots[index] ?? 0) + rank;
  return slots;
}

/** Slots from the left, in the order of the legend. */
export function slotEncoding(prepared: PreparedFigure): Encoding {
  const slots = [...new Set(barSlots(prepared))].sort((a, b) => a - b);
  if (slots.length < 2) return {};
  const offset = { field: 'slot', type: 'nominal', scale: { domain: slots, paddingInner: 0.08 } } as const;
  return categoryAxis(prepared.dimensions) === 'y' ? { yOffset: offset } : { xOffset: offset };
}
