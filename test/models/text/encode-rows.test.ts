/** Rows of data to examples: what is cut, dropped, counted or refused. */
import { expect, test } from 'vitest';
import { encodeRows, type LengthLimit } from '../../../models/text/encode-rows.ts';
import { TextError } from '../../../models/text/text-error.ts';

/** A row is its length and the position of its first target. */
type Row = readonly [number, number];
const encode = ([length, first]: Row) => ({
  tokens: Int32Array.from({ length }, (_, at) => at),
  targets: new Uint8Array(length).fill(1, first),
});
const rows: readonly Row[] = [
  [4, 2],
  [9, 2],
  [5, 4],
];
const limit = (tooLong: LengthLimit['tooLong'], maxTokens = 5): LengthLimit => ({ maxTokens, tooLong });

test('rows that fit are kept as they are', () => {
  const { examples, rows: kept, cut, dropped } = encodeRows(rows, encode, limit('error', 9));
  expect(examples.map(({ tokens }) => tokens.length)).toEqual([4, 9, 5]);
  expect({ kept: [...kept], cut, dropped }).toEqual({ kept: [0, 1, 2], cut: 0, dropped: 0 });
});

test('long rows are cut or dropped as declared, and counted', () => {
  const cut = encodeRows(rows, encode, limit('cut'));
  expect(cut.examples.map(({ tokens }) => tokens.length)).toEqual([4, 5, 5]);
  expect([cut.cut, cut.dropped, [...cut.rows]]).toEqual([1, 0, [0, 1, 2]]);
  const dropped = encodeRows(rows, encode, limit('drop'));
  expect(dropped.examples.map(({ tokens }) => tokens.length)).toEqual([4, 5]);
  expect([dropped.cut, dropped.dropped, [...dropped.rows]]).toEqual([0, 1, [0, 2]]);
});

test.each([
  [
    'a long row',
    () => encodeRows(rows, encode, limit('error')),
    'row 1 (counted from 0): 9 tokens where 5 are allowed',
  ],
  [
    'a row without targets',
    () =>
      encodeRows(
        [
          [3, 1],
          [3, 3],
        ],
        encode,
        limit('cut'),
      ),
    'row 1 (counted from 0): it has no token that is to be predicted',
  ],
  [
    'a row whose targets are cut away',
    () => encodeRows([[9, 7]], encode, limit('cut')),
    'row 0 (counted from 0): nothing that is to be predicted lies within the 5 tokens',
  ],
])('%s is an error that names the row and says how to mend it', (_, run, message) => {
  expect(run).toThrow(TextError);
  expect(run).toThrow(message);
});

test('an error of the text says which row it is in, and keeps its reason', () => {
  const refuse = (row: Row) => {
    if (row[0] === 9) throw new TextError('unknown-word', 'the tokenizer has no token for "x"');
    return encode(row);
  };
  try {
    encodeRows(rows, refuse, limit('cut'));
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({
      reason: 'unknown-word',
      row: 1,
      failure: 'user',
      message: 'row 1 (counted from 0): the tokenizer has no token for "x"',
    });
  }
});
