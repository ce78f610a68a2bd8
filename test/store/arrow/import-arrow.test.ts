/** Arrow data of other programs, in the types that tables here have. */
import {
  Bool,
  Dictionary,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  LargeUtf8,
  List,
  Struct,
  Table,
  TimestampMillisecond,
  Uint32,
  Uint64,
  Utf8,
  type DataType,
  tableFromIPC,
  tableToIPC,
  vectorFromArray,
} from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import { TableFormatError, TableValueError } from '../../../store/arrow/errors.ts';
import { importArrow } from '../../../store/arrow/import-arrow.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { createTableWriter, writeRows } from '../../../store/arrow/table-writer.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { everyColumn, everyRows, plain, rowsOf } from './sample-table.ts';

const item = (type: DataType) => new Field('item', type, true);
const turn = (names: string[]) => new Struct(names.map(name => new Field(name, new Utf8(), true)));

function importColumn(values: readonly unknown[], type: DataType) {
  const table = new Table({ column: vectorFromArray(values, type) });
  const imported = importArrow(tableToIPC(table, 'file'), 'rows.arrow');
  return { type: imported.columns['column'], values: plain([...imported.rowsOf()]).map(row => row['column']) };
}

describe('columns of other programs', () => {
  test.each<[string, readonly unknown[], DataType, string, readonly unknown[]]>([
    ['texts', ['a', null], new Utf8(), 'utf8', ['a', null]],
    ['large texts', ['a', 'é'], new LargeUtf8(), 'utf8', ['a', 'é']],
    ['truth values', [true, null, false], new Bool(), 'bool', [true, null, false]],
    ['int16', [-1, 2], new Int16(), 'int32', [-1, 2]],
    ['small int64', [1n, null, -(2n ** 31n)], new Int64(), 'int32', [1, null, -(2 ** 31)]],
    ['larger int64', [2n ** 40n], new Int64(), 'float64', [2 ** 40]],
    ['large uint32', [2 ** 32 - 1], new Uint32(), 'float64', [2 ** 32 - 1]],
    ['uint64', [7n], new Uint64(), 'int32', [7]],
    ['float16', [0.5, 1.5], new Float16(), 'float32', [0.5, 1.5]],
    ['float32', [0.5, null], new Float32(), 'float32', [0.5, null]],
    ['float64', [0.1], new Float64(), 'float64', [0.1]],
    [
      'a dictionary of texts',
      ['a', 'b', 'a', null],
      new Dictionary(new Utf8(), new Int32()),
      'category',
      ['a', 'b', 'a', null],
    ],
    ['lists of texts', [['a'], null, []], new List(item(new Utf8())), 'utf8[]', [['a'], null, []]],
    ['lists of int16', [[1, 2]], new List(item(new Int16())), 'int32[]', [[1, 2]]],
    ['lists of float32', [[0.5]], new List(item(new Float32())), 'float32[]', [[0.5]]],
    ['vectors', [[1, 2], null], new FixedSizeList(2, item(new Float32())), 'float32[2]', [[1, 2], null]],
    [
      'messages, their members the other way round',
      [[{ content: 'hi', role: 'user' }]],
      new List(item(turn(['content', 'role']))),
      'messages',
      [[{ role: 'user', content: 'hi' }]],
    ],
  ])('%s', (...[, values, type, expectedType, expected]) => {
    expect(importColumn(values, type)).toEqual({ type: expectedType, values: expected });
  });

  test.each<[string, readonly unknown[], DataType, string]>([
    ['dates', [new Date(0)], new TimestampMillisecond(), 'column `column` is Timestamp: write dates as text'],
    ['lists of float64', [[0.1]], new List(item(new Float64())), 'cast it to'],
    ['numbers that nothing holds exactly', [2n ** 60n], new Int64(), 'too large to be held exactly'],
    [
      'messages with more than a role and a content',
      [[{ role: 'a', content: 'b', name: 'c' }]],
      new List(item(turn(['role', 'content', 'name']))),
      'column `column` is List',
    ],
  ])('%s are refused', (_, values, type, problem) => {
    expect(() => importColumn(values, type)).toThrow(TableFormatError);
    expect(() => importColumn(values, type)).toThrow(problem);
  });

  test.each<[string, readonly unknown[], DataType]>([
    ['texts', [['a'], ['b', null]], new List(item(new Utf8()))],
    ['numbers', [[1], [null, 2]], new List(item(new Int32()))],
    ['messages', [[], [{ role: 'user', content: null }]], new List(item(turn(['role', 'content'])))],
  ])('a missing value inside a list of %s is refused with its row', (_, values, type) => {
    expect(() => importColumn(values, type)).toThrow(TableValueError);
    expect(() => importColumn(values, type)).toThrow('row 1, column `column`: a value is missing inside the list');
  });
});

test('a table of ours comes back as it is, as file and as stream', async () => {
  const store = createMemoryStore();
  const writer = await createTableWriter(store, everyColumn, { batchRows: 7 });
  await writer.append(everyRows(30));
  const bytes = await store.get((await writer.close()).digest);
  for (const given of [bytes, tableToIPC(tableFromIPC(bytes), 'stream')]) {
    const imported = importArrow(given, 'rows.arrow');
    expect([imported.columns, imported.rows]).toEqual([everyColumn, 30]);
    const again = await writeRows(store, imported.columns, imported.rowsOf());
    expect(plain(await rowsOf(await openTable(store, again.digest)))).toEqual(plain(everyRows(30)));
  }
});

test.each([new Uint8Array(0), Buffer.from('short'), Buffer.from('no Arrow at all, but long enough to be mistaken')])(
  'bytes %# are no Arrow data',
  bytes => {
    expect(() => importArrow(bytes, 'rows.arrow')).toThrow(TableFormatError);
  },
);
