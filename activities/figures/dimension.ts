/** What an encoding of a figure says of its column: discrete values in an order, or numbers on a scale. */
import type { ReportFigure } from '../../schemas/report.ts';
import type { CellValue, Row } from '../../schemas/table-schema.ts';

type DeclaredChannel = ReportFigure['x'];

type ScaleType = 'linear' | 'log' | 'symlog';

/** An encoding with its defaults filled in. */
export interface Channel {
  readonly column: string;
  readonly title: string;
  readonly scale: ScaleType;
  readonly domain: readonly [number, number] | undefined;
  readonly sort: readonly (string | number | boolean)[] | undefined;
}

export type Dimension = DiscreteDimension | NumericDimension;

export interface DiscreteDimension {
  readonly kind: 'discrete';
  readonly column: string;
  readonly title: string;
  /** Every value as text, in the order in which they are drawn. */
  readonly values: readonly string[];
}

export interface NumericDimension {
  readonly kind: 'numeric';
  readonly column: string;
  readonly title: string;
  readonly scale: ScaleType;
  readonly domain: readonly [number, number] | undefined;
}

/** `column` alone means `{ column }`; its title is its name. */
export function channelOf(declared: DeclaredChannel): Channel {
  if (typeof declared === 'string')
    return { column: declared, title: declared, scale: 'linear', domain: undefined, sort: undefined };
  const { column, title = column, scale, domain, sort } = declared;
  return { column, title, scale, domain, sort };
}

export function numericDimension({ column, title, scale, domain }: Channel): NumericDimension {
  return { kind: 'numeric', column, title, scale, domain };
}

/** In the order of `sort`, then numbers by size, other values as they first come. */
export function discreteDimension(
  { column, title, sort = [] }: Channel,
  values: readonly CellValue[],
): DiscreteDimension {
  const present = [...new Set(values.filter(value => value !== null))];
  const isNumbers = present.every(value => typeof value === 'number');
  const natural = isNumbers ? present.sort((a, b) => a - b) : present;
  const texts = new Set(natural.map(discreteText));
  const first = sort.map(String).filter(text => texts.has(text));
  return { kind: 'discrete', column, title, values: [...new Set([...first, ...texts])] };
}

/** The place of a row on a dimension; undefined where it has no value there that can be drawn. */
export function placeOn(dimension: Dimension, values: Row): number | string | undefined {
  const value = values[dimension.column] ?? null;
  if (dimension.kind === 'discrete') return value === null ? undefined : discreteText(value);
  const number = numberIn(value);
  return number !== undefined && isOnScale(number, dimension) ? number : undefined;
}

/** A number, also one that is written as the text that axes are in tables. */
export function numberIn(value: CellValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Whether a number can be drawn: it is finite, and positive on a logarithmic scale. */
export function isOnScale(value: number, { scale }: NumericDimension): boolean {
  return Number.isFinite(value) && (scale !== 'log' || value > 0);
}

/** How a value of a discrete dimension is written. */
export function discreteText(value: CellValue): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
