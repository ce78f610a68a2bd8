/** Where marks of one category stand beside each other: colours in lanes, the rows of a lane spread so that all show. */
import { groupBy } from '../../stats/grouped-values.ts';
import type { FigureMark } from './figure-marks.ts';
import { type PreparedFigure, categoryAxis, isColorRedundant } from './prepared-figure.ts';

/** Share of a category's width that its lanes take, and of a lane's width that its marks do. */
const fill = { lanes: 0.8, lane: 0.72 } as const;

/**
 * For each mark its offset from the middle of its category, from −0.5 to 0.5 of the category's width. Marks of one lane
 * follow the additive recurrence of the golden ratio: evenly spread, neighbours far apart, and the same every time.
 */
export function markOffsets(prepared: PreparedFigure): number[] {
  const { dimensions, marks } = prepared;
  const axis = categoryAxis(dimensions);
  if (axis === undefined) return marks.map(() => 0);
  const lanes = laneCount(prepared);
  const width = fill.lanes / lanes;
  const laneOf = (mark: FigureMark) => laneIndex(prepared, mark);
  const places = groupBy([...marks.keys()], index => {
    const mark = marks[index];
    return JSON.stringify([mark?.[axis], mark?.facet, mark === undefined ? 0 : laneOf(mark)]);
  });
  const offsets = marks.map(mark => (laneOf(mark) + 0.5) * width - fill.lanes / 2);
  for (const members of places.values()) {
    if (members.length < 2) continue;
    for (const [rank, index] of members.entries())
      offsets[index] = (offsets[index] ?? 0) + (goldenShare(rank) - 0.5) * width * fill.lane;
  }
  return offsets;
}

/** Groups that stand side by side within a category. */
export function laneCount({ dimensions, marks }: PreparedFigure): number {
  const { color } = dimensions;
  if (color?.kind !== 'discrete' || isColorRedundant(dimensions)) return 1;
  const axis = categoryAxis(dimensions) ?? 'x';
  const colors = new Map<string, FigureMark['color']>();
  for (const mark of marks) {
    const category = JSON.stringify([mark[axis], mark.facet]);
    if (colors.has(category) && colors.get(category) !== mark.color) return color.values.length;
    colors.set(category, mark.color);
  }
  // No category holds two colours: none needs room for a neighbour.
  return 1;
}

function laneIndex(prepared: PreparedFigure, { color }: FigureMark): number {
  const dimension = prepared.dimensions.color;
  if (laneCount(prepared) === 1 || dimension?.kind !== 'discrete') return 0;
  return Math.max(0, dimension.values.indexOf(String(color)));
}

/** The first member stands in the middle. */
function goldenShare(rank: number): number {
  return (0.5 + rank * 0.618_033_988_749_895) % 1;
}
