import { expect, test } from 'vitest';
import { columnFormat, counted, formatAlone, shortened, withMinus } from '../../../activities/report/format-value.ts';
import type { CellValue } from '../../../schemas/table-schema.ts';

test.each<[string, CellValue[], string[]]>([
  ['whole numbers have no decimals', [42, 137, 0], ['42', '137', '0']],
  ['percentages have one', [99.71, 34.66, 8.5], ['99.7', '34.7', '8.5']],
  ['shares have three', [0.8621, 0.0684], ['0.862', '0.068']],
  ['small ones among large ones keep two digits', [55.7, 0.54, 29.9], ['55.70', '0.54', '29.90']],
  ['what the decimals cannot show has an exponent', [0.042, 8e-16, 0.3], ['0.042', '8.0e-16', '0.300']],
  ['millions have one too', [2_500_000.5, 12.5], ['2.50e+6', '12.5']],
  ['large whole numbers stay whole', [12_345_678, 3], ['12345678', '3']],
  ['no value is a dash', [null, Number.NaN, 1], ['–', '–', '1']],
  ['infinity is a sign', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.5], ['∞', '-∞', '1.50']],
  ['minus nothing is nothing', [-0, 1.25], ['0.00', '1.25']],
  ['text is itself', ['good_wrong', ''], ['good_wrong', '']],
  ['truth is a word', [true, false], ['true', 'false']],
  ['lists are JSON', [['a', 'b'], Float32Array.of(0.5, 1)], ['["a","b"]', '[0.5,1]']],
])('%s', (_, column, texts) => {
  const format = columnFormat(column);
  expect(column.map(format)).toEqual(texts);
});

test.each([
  [0.3, '0.3'],
  [0.0789, '0.0789'],
  [8.0412, '8.04'],
  [1920, '1920'],
  [12_345, '12345'],
  [1234.567, '1234.6'],
  [-0.62, '-0.62'],
  [1.2e-9, '1.2e-9'],
  [Number.NaN, '–'],
])('%d alone is %s', (value, text) => {
  expect(formatAlone(value)).toBe(text);
});

test('a minus sign is one for readers, in the exponent too', () => {
  expect(withMinus('-8.0e-16')).toBe('−8.0e−16');
});

test('long text is cut with what is left out, never within a character', () => {
  expect(shortened('x'.repeat(161))).toBe(`${'x'.repeat(160)}… (1 more characters)`);
  expect(shortened(`${'x'.repeat(159)}👩`)).toBe(`${'x'.repeat(159)}… (2 more characters)`);
  expect(shortened('x'.repeat(160))).toBe('x'.repeat(160));
});

test('nouns follow their number', () => {
  expect([counted(1, 'row'), counted(0, 'row'), counted(1234, 'row')]).toEqual(['1 row', '0 rows', '1,234 rows']);
});
