/** Encodings of vega-lite for a figure's dimensions. Fields have names of ours, so that no column's name is parsed. */
import type { Field, OffsetDef, PositionFieldDef } from 'vega-lite/types_unstable/channeldef.js';
import type { UnitSpec } from 'vega-lite/types_unstable/spec/index.js';
import type { Transform } from 'vega-lite/types_unstable/transform.js';
import type { DiscreteDimension, NumericDimension } from './dimension.ts';
import { categoryColors, categoryDashes, categoryShapes, fontSizes, sizes } from './figure-theme.ts';
import { type PreparedFigure, categoryAxis, isColorRedundant } from './prepared-figure.ts';
import { textWidth } from './text-width.ts';

export type Layer = UnitSpec<Field>;
export type Encoding = NonNullable<Layer['encoding']>;

/** More categories that run down than this do not each have room for their name. */
const mostRowLabels = 100;

/** Both axes, for marks that stand at x and y. */
export function positionEncoding(prepared: PreparedFigure, width: number): Encoding {
  const { x, y } = prepared.dimensions;
  return {
    x:
      x.kind === 'discrete'
        ? { ...categories(x, 'x', prepared), axis: categoryLabels(x, width) }
        : numbers(x, 'x', prepared),
    y:
      y.kind === 'discrete'
        ? { ...categories(y, 'y', prepared), axis: { title: y.title, labelOverlap: y.values.length > mostRowLabels } }
        : numbers(y, 'y', prepared),
  };
}

function categories(
  { values }: DiscreteDimension,
  field: 'x' | 'y',
  { figure: { kind } }: PreparedFigure,
): PositionFieldDef<Field> {
  const padding =
    kind === 'heatmap' ? { paddingInner: 0.03, paddingOuter: 0 } : { paddingInner: 0.15, paddingOuter: 0.1 };
  // Lines and bands run in the order of `sort`, axes in that of the domain.
  return { field, type: 'nominal', sort: [...values], scale: { type: 'band', domain: [...values], ...padding } };
}

function numbers(dimension: NumericDimension, field: 'x' | 'y', prepared: PreparedFigure): PositionFieldDef<Field> {
  const { scale, title } = dimension;
  const { figure, dimensions, marks } = prepared;
  const domain = dimension.domain ?? binned(prepared, field);
  // Bars stand on zero, other marks use the room they have; a logarithmic scale has no zero.
  const fromZero = field === dimensions.measure && (figure.kind === 'bars' || figure.kind === 'histogram');
  const isWhole = marks.every(mark => Number.isInteger(mark[field]));
  return {
    field,
    type: 'quantitative',
    scale: {
      type: scale,
      nice: domain === undefined,
      ...(scale === 'log' ? {} : { zero: fromZero }),
      ...(domain === undefined ? {} : { domain: [...domain] }),
    },
    axis: {
      title,
      tickCount: 6,
      grid: true,
      labelFlush: false,
      ...(scale === 'log' ? { format: '~g' } : {}),
      ...(isWhole ? { tickMinStep: 1 } : {}),
    },
  };
}

/** From the first bin of a histogram to its last. */
function binned({ marks }: PreparedFigure, field: 'x' | 'y'): readonly [number, number] | undefined {
  const bins =
    field === 'x' ? marks.flatMap(({ x, end }) => (typeof x === 'number' && end !== undefined ? [x, end] : [])) : [];
  return bins.length > 0 ? [Math.min(...bins), Math.max(...bins)] : undefined;
}

/** Labels of a category axis stand upright where there is room for them, slanted where there is not. */
function categoryLabels({ values, title }: DiscreteDimension, width: number) {
  const step = width / Math.max(1, values.length);
  const widest = Math.max(0, ...values.map(value => textWidth(value, fontSizes.label)));
  const isCrowded = step < fontSizes.label + 2;
  return {
    title,
    labelAngle: widest + 6 <= step ? 0 : isCrowded ? -90 : -35,
    labelOverlap: isCrowded,
  } as const;
}

/** Offsets from the middle of a category, from −0.5 to 0.5; nothing between two numeric axes. */
export function offsetEncoding({ dimensions }: PreparedFigure): Encoding {
  const offset: OffsetDef<Field> = {
    field: 'offset',
    type: 'quantitative',
    scale: { domain: [-0.5, 0.5], nice: false },
  };
  const axis = categoryAxis(dimensions);
  if (axis === undefined) return {};
  return axis === 'x' ? { xOffset: offset } : { yOffset: offset };
}

/** Whiskers along the axis of the numbers. */
export function whiskerEncoding({ dimensions }: PreparedFigure): Encoding {
  return dimensions.measure === 'x'
    ? { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } }
    : { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } };
}

type ColorParts = 'color' | 'shape' | 'strokeDash';

/** Colour, and whatever says the same without colour. */
export function colorEncoding(prepared: PreparedFigure, parts: readonly ColorParts[]): Encoding {
  const { color } = prepared.dimensions;
  if (color === undefined) return {};
  if (color.kind === 'numeric') return { color: shades(color) };
  const legend = isColorRedundant(prepared.dimensions) ? null : legendOf(color);
  const encode = <Range>(range: readonly Range[]) =>
    ({
      field: 'color',
      type: 'nominal',
      scale: { domain: [...color.values], range: color.values.map((_, index) => inTurn(range, index)) },
      legend,
    }) as const;
  return {
    ...(parts.includes('color') ? { color: encode<string>(categoryColors) } : {}),
    ...(parts.includes('shape') ? { shape: encode<string>(categoryShapes) } : {}),
    ...(parts.includes('strokeDash') ? { strokeDash: encode(categoryDashes.map(dash => [...dash])) } : {}),
  };
}

/** The item for the group of some index; groups begin anew where the items end. */
export function inTurn<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('internal: nothing to take in turn');
  return item;
}

/** As many columns as fit the figure's width. */
function legendOf({ title, values }: DiscreteDimension) {
  const widest = Math.max(0, ...values.map(value => textWidth(value, fontSizes.label)));
  const room = sizes.width - textWidth(title, fontSizes.label);
  return { title, columns: Math.max(1, Math.floor(room / (Math.min(widest, 220) + 34))) } as const;
}

/** A numeric colour: even steps of lightness (viridis), or two hues parted at zero. */
export function shades(dimension: NumericDimension, extent?: readonly [number, number]) {
  const { title, scale, domain = extent } = dimension;
  const isSigned = scale === 'linear' && domain !== undefined && domain[0] < 0 && domain[1] > 0;
  const reach = domain === undefined ? 0 : Math.max(...domain.map(Math.abs));
  return {
    field: 'color',
    type: 'quantitative',
    scale: {
      type: scale,
      scheme: isSigned ? 'blueorange' : 'viridis',
      nice: false,
      ...(isSigned ? { domain: [-reach, reach] } : domain === undefined ? {} : { domain: [...domain] }),
    },
    legend: { title, gradientLength: sizes.width / 3, tickCount: 4 },
  } as const;
}

/** Marks beyond an axis's ends are not drawn; cutting at the ends would halve those that stand on them. */
export const insideOnly: Transform[] = [{ filter: 'datum.inside' }];

/** Some marks may have no whisker. */
export const withWhisker: Transform[] = [{ filter: 'isValid(datum.low) && isValid(datum.high)' }];

/** More marks than this do not each say what they are: the file would be mostly words. */
const mostHints = 600;

/** Whether marks carry their line of text. */
export function hasHints({ marks }: PreparedFigure): boolean {
  return marks.length <= mostHints;
}

/** The line of text that a mark shows under the pointer. */
export function hintEncoding(prepared: PreparedFigure): Encoding {
  return hasHints(prepared) ? { description: { field: 'about' } } : {};
}
