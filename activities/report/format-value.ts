/** Values as text: the numbers of a column share their decimals, so that they can be compared by eye. */
import type { CellValue } from '../../schemas/table-schema.ts';

/** Shown where a row has no value. */
const noValue = '–';

/** Longer text is cut. */
const longestText = 160;

/** Most decimals a column gets for the sake of its small numbers; smaller ones are written with an exponent. */
const mostDecimals = 3;

/** Numbers from here on are written with an exponent, unless the column is one of whole numbers. */
const exponentFrom = 1e6;

/** A formatter for one column, chosen by the sizes of all its numbers. */
export function columnFormat(column: readonly CellValue[]): (value: CellValue) => string {
  const numbers = column.filter(value => typeof value === 'number').filter(Number.isFinite);
  const decimals = decimalsOf(numbers);
  return value => (typeof value === 'number' ? formatNumber(value, decimals) : formatText(value));
}

/** A number that stands alone: whole as it is, else to three significant digits, or to one decimal from 1,000 on. */
export function formatAlone(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return formatNumber(value, 0);
  return String(Math.abs(value) >= 1000 ? Number(value.toFixed(1)) : Number(value.toPrecision(3)));
}

/**
 * None for whole numbers; else as many as give the largest three significant digits, and the smaller ones (from the
 * lower quartile on) two. Numbers too large for fixed decimals have no say.
 */
export function decimalsOf(numbers: readonly number[]): number {
  if (numbers.every(Number.isInteger)) return 0;
  const sizes = numbers
    .map(Math.abs)
    .filter(size => size > 0 && size < exponentFrom)
    .sort((a, b) => a - b);
  const digitsBeforePoint = (size = 1) => Math.floor(Math.log10(size)) + 1;
  const forLargest = 3 - digitsBeforePoint(sizes.at(-1));
  const forSmall = 2 - digitsBeforePoint(sizes[Math.floor(sizes.length / 4)]);
  return Math.max(0, Math.min(forLargest, 6), Math.min(forSmall, mostDecimals));
}

/** Fixed decimals; an exponent where those would show nothing of the number, or too much. */
export function formatNumber(value: number, decimals: number): string {
  if (Number.isNaN(value)) return noValue;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  const size = Math.abs(value);
  if (size >= exponentFrom && !(Number.isSafeInteger(value) && decimals === 0)) return value.toExponential(2);
  if (size > 0 && size < 0.5 * 10 ** -decimals) return value.toExponential(1);
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** A formatted number with a true minus sign, for readers; programs want the hyphen. */
export function withMinus(number: string): string {
  return number.replaceAll(/(^|e)-/g, '$1\u2212');
}

/** Whatever is no number, as one line. */
function formatText(value: Exclude<CellValue, number>): string {
  if (value === null) return noValue;
  if (typeof value === 'string') return shortened(value);
  if (typeof value === 'boolean') return String(value);
  return shortened(JSON.stringify(ArrayBuffer.isView(value) ? [...value] : value));
}

/** The beginning of a long text, with how much is left out. */
export function shortened(text: string, longest = longestText): string {
  if (text.length <= longest) return text;
  // Half of a surrogate pair is no character.
  const kept = text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept}… (${(text.length - kept.length).toLocaleString('en-US')} more characters)`;
}

/** `1 row`, `1,234 rows`. */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`;
}
