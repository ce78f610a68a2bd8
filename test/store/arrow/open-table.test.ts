/** What is read: the rows written, the columns asked for, and errors where the bytes are damaged. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CellValue, Columns, Row } from '../../../schemas/table-schema.ts';
import { MissingColumnError, MissingValueError, TableFormatError } from '../../../store/arrow/errors.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { createTableWriter } from '../../../store/arrow/table-writer.ts';
import { CorruptBlobError, MissingBlobError } from '../../../store/errors.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import type { BlobReader } from '../../../store/store.ts';
import { everyColumn, everyRows, plain, rowsOf } from './sample-table.ts';
import { digestOf } from '../../../schemas/identity.ts';

const store = createMemoryStore();

async function write(columns: Columns, rows: readonly Row[], batchRows = 64) {
  const writer = await createTableWriter(store, columns, { batchRows });
  await writer.append(rows);
  return (await writer.close()).digest;
}

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const float32 = fc.float();
const text = fc.string({ unit: 'grapheme' });
const messages = fc.array(fc.record({ role: text, content: text }, { noNullPrototype: true }), { maxLength: 3 });
const valuesOf: Record<string, fc.Arbitrary<CellValue>> = {
  utf8: text,
  bool: fc.boolean(),
  int32,
  float32,
  float64: fc.double(),
  category: fc.constantFrom('a', 'b', '', 'é'),
  'utf8[]': fc.array(text, { maxLength: 3 }),
  'int32[]': fc.array(int32, { maxLength: 3 }),
  'float32[]': fc.array(float32, { maxLength: 3 }),
  'float32[2]': fc.array(float32, { minLength: 2, maxLength: 2 }),
  messages,
};

/** Tables of any columns and rows, with missing values. */
const tables = fc
  .uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.constantFrom(...Object.keys(valuesOf))), {
    selector: ([name]) => name,
    maxLength: 6,
  })
  .filter(columns => columns.every(([name]) => name !== '__proto__'))
  .chain(columns =>
    fc.record({
      columns: fc.constant(Object.fromEntries(columns) as Columns),
      rows: fc.array(
        fc.record(Object.fromEntries(columns.map(([name, type]) => [name, fc.option(valuesOf[type]!, { freq: 4 })])), {
          noNullPrototype: true,
        }),
        { maxLength: 20 },
      ),
      batchRows: fc.integer({ min: 1, max: 8 }),
    }),
  );

describe('reading', () => {
  test('any table comes back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async ({ columns, rows, batchRows }) => {
        const table = await openTable(store, await write(columns, rows, batchRows));
        expect(table.columns).toEqual(columns);
        expect(table.rows).toBe(rows.length);
        expect(plain(await rowsOf(table))).toEqual(plain(rows));
      }),
      { numRuns: 200 },
    );
  });

  test('only the columns asked for are read, in the order asked for', async () => {
    const digest = await write({ a: 'int32', v: 'float32[30000]', b: 'utf8' }, [
      { a: 1, v: new Float32Array(30_000), b: 'x' },
      { a: 2, v: new Float32Array(30_000), b: 'y' },
    ]);
    let read = 0;
    const counting = {
      get: store.get,
      open: async (of: typeof digest): Promise<BlobReader> => {
        const reader = await store.open(of);
        return {
          ...reader,
          read: async (offset, length) => {
            read += length;
            return reader.read(offset, length);
          },
        };
      },
    };
    // Larger than what is read whole, so that it is read in pieces.
    const large = await write(
      { a: 'int32', v: 'float32[30000]', b: 'utf8' },
      [...(await rowsOf(await openTable(store, digest))), { a: 3, v: new Float32Array(30_000), b: 'z' }],
      1,
    );
    const table = await openTable(counting, large);
    expect(read).toBeLessThan(3000);
    read = 0;
    const rows = await rowsOf(table, ['b', 'a']);
    expect(rows).toEqual([
      { b: 'x', a: 1 },
      { b: 'y', a: 2 },
      { b: 'z', a: 3 },
    ]);
    expect(rows.map(row => Object.keys(row))).toEqual([
      ['b', 'a'],
      ['b', 'a'],
      ['b', 'a'],
    ]);
    expect(read).toBeLessThan(3000);
  });

  test('a batch knows its place, and gives numbers as they lie', async () => {
    const table = await openTable(store, await write(everyColumn, everyRows(150)));
    const seen: number[] = [];
    for await (const batch of table.batches({ columns: ['n', 'v'] })) {
      seen.push(batch.first, batch.rows);
      expect(batch.columns.map(({ name }) => name)).toEqual(['n', 'v']);
      expect(batch.column('v').numbers).toHaveLength(3 * batch.rows);
      expect(() => batch.column('id')).toThrow(MissingColumnError);
      expect(batch.column('n').nulls).toBe(
        everyRows(150)
          .slice(batch.first, batch.first + batch.rows)
          .filter(row => row['n'] === null).length,
      );
    }
    expect(seen).toEqual([0, 64, 64, 64, 128, 22]);
  });

  test('a reader that stops early closes what it opened', async () => {
    let open = 0;
    const counting = {
      get: store.get,
      open: async (of: Parameters<typeof store.open>[0]) => {
        const reader = await store.open(of);
        open += 1;
        return { ...reader, close: async () => void (open -= 1) };
      },
    };
    const digest = await write(
      { v: 'float32[50000]' },
      [{ v: new Float32Array(50_000) }, { v: new Float32Array(50_000) }],
      1,
    );
    const table = await openTable(counting, digest);
    for await (const batch of table.batches()) {
      expect(batch.rows).toBe(1);
      expect(open).toBe(1);
      break;
    }
    expect(open).toBe(0);
  });
});

describe('whole columns', () => {
  const columns = {
    n: 'int32',
    f: 'float32',
    g: 'float64',
    v: 'float32[2]',
    id: 'utf8',
    c: 'category',
    ok: 'bool',
    t: 'utf8[]',
    i: 'int32[]',
    x: 'float32[]',
    m: 'messages',
  } as const;
  const rows = Array.from({ length: 10 }, (_, n) => ({
    n,
    f: n / 2,
    g: n / 3,
    v: [n, -n],
    id: n === 4 ? null : `id ${n}`,
    c: n % 2 ? 'odd' : 'even',
    ok: n % 2 === 0,
    t: [`${n}`],
    i: [n],
    x: [n],
    m: [{ role: 'user', content: `${n}` }],
  }));

  test('they come in the form of their type', async () => {
    const table = await openTable(store, await write(columns, rows, 3));
    expect(await table.column('n', 'int32')).toEqual(Int32Array.from(rows, ({ n }) => n));
    expect(await table.column('f', 'float32')).toEqual(Float32Array.from(rows, ({ f }) => f));
    expect(await table.column('g', 'float64')).toEqual(Float64Array.from(rows, ({ g }) => g));
    expect(await table.column('v', 'float32[d]')).toEqual({
      rows: 10,
      width: 2,
      data: Float32Array.from(rows.flatMap(({ v }) => v)),
    });
    expect(await table.column('id', 'utf8')).toEqual(rows.map(({ id }) => id));
    expect(await table.column('c', 'category')).toEqual(rows.map(({ c }) => c));
    expect(await table.column('ok', 'bool')).toEqual(rows.map(({ ok }) => ok));
    expect(await table.column('t', 'utf8[]')).toEqual(rows.map(({ t }) => t));
    expect(await table.column('i', 'int32[]')).toEqual(rows.map(({ i }) => Int32Array.from(i)));
    expect(await table.column('x', 'float32[]')).toEqual(rows.map(({ x }) => Float32Array.from(x)));
    expect(await table.column('m', 'messages')).toEqual(rows.map(({ m }) => m));
  });

  test('of a table without rows they are empty, and vectors keep their width', async () => {
    const table = await openTable(store, await write(columns, []));
    expect(await table.column('n', 'int32')).toEqual(new Int32Array(0));
    expect(await table.column('v', 'float32[d]')).toEqual({ rows: 0, width: 2, data: new Float32Array(0) });
    expect(await table.column('id', 'utf8')).toEqual([]);
  });

  test('a missing value in an array of numbers is an error that names its row', async () => {
    const table = await openTable(
      store,
      await write({ n: 'int32' }, [...rows.map(({ n }) => ({ n })), { n: null }], 4),
    );
    await expect(table.column('n', 'int32')).rejects.toThrow(new MissingValueError(10, 'n'));
  });

  test('a column that is not there or of another type is named', async () => {
    const table = await openTable(store, await write({ n: 'int32', v: 'float32[2]' }, []));
    await expect(table.column('m', 'int32')).rejects.toThrow('column `m` is not in the table, which has `n`, `v`');
    await expect(table.column('n', 'float64')).rejects.toThrow('column `n` is int32, not float64');
    await expect(table.column('n', 'float32[d]')).rejects.toThrow('column `n` is int32, not float32[d]');
    expect(() => table.rowsOf({ columns: ['m'] })).toThrow(MissingColumnError);
  });
});

describe('damage', () => {
  test.each([
    ['no bytes', new Uint8Array(0), 'it has 0 bytes'],
    ['a text', Buffer.from('{"this":"is","no":"table, but is long enough"}'), 'does not end like an Arrow file'],
    ['a footer longer than the file', Buffer.from(`${'x'.repeat(30)}\0\0\0\x7fARROW1`), 'a footer of 2130706432 bytes'],
    [
      'a footer of negative length',
      Buffer.concat([Buffer.alloc(30), Buffer.from([255, 255, 255, 255]), Buffer.from('ARROW1')]),
      'a footer of -1 bytes',
    ],
  ])('%s is no table', async (_, bytes, problem) => {
    const digest = await store.put(bytes);
    await expect(openTable(store, digest)).rejects.toThrow(TableFormatError);
    await expect(openTable(store, digest)).rejects.toThrow(problem);
    await expect(openTable(store, digest)).rejects.toThrow(digest);
  });

  test('a table that is not there or not what its digest says is told from one that is no table', async () => {
    await expect(openTable(store, digestOf('nothing'))).rejects.toThrow(MissingBlobError);
    const digest = await write({ a: 'int32' }, []);
    const corrupt = {
      open: store.open,
      get: () => Promise.reject(new CorruptBlobError(digest)),
    };
    await expect(openTable(corrupt, digest)).rejects.toThrow(CorruptBlobError);
  });

  test('any change of the bytes is read or refused, never worse', async () => {
    const sound = await store.get(await write(everyColumn, everyRows(12), 5));
    const changes = fc.array(fc.tuple(fc.nat({ max: sound.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    // Heads and footer are where a change leads astray; most of the file is data.
    const near = fc.array(
      fc.tuple(
        fc.nat({ max: 1500 }).map(back => sound.length - 1 - back),
        fc.nat({ max: 255 }),
      ),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(changes, near), async changed => {
        const bytes = sound.slice();
        for (const [at, value] of changed) bytes[at] = value;
        const digest = await store.put(bytes);
        try {
          const rows = await rowsOf(await openTable(store, digest));
          expect(rows.length).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          if (!(error instanceof TableFormatError)) throw error;
        }
      }),
      { numRuns: 1500 },
    );
  });
});
