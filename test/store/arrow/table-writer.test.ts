/** What is written: the same bytes for the same rows, every value checked, bounded batches. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import { type Columns, type Row } from '../../../schemas/table-schema.ts';
import { TableColumnsError, TableValueError } from '../../../store/arrow/errors.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { createTableWriter, writeRows, writeTable } from '../../../store/arrow/table-writer.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { buildProgram, startProgram } from '../programs.ts';
import { everyColumn, everyRow, everyRows, plain, rowsOf } from './sample-table.ts';

/**
 * The digest of 150 sample rows in batches of 64. Read with pyarrow 26 and polars 2.1 when it was set. When it changes,
 * every key below every table changes with it: raise the versions of the step kinds that write tables.
 */
const sampleDigest = '3def3c94c53883f3101d83ace71522e94a7300c6b82bf7b029cbf19a848ddb7d';

const store = createMemoryStore();

async function written(columns: Columns, rows: readonly Row[], batchRows?: number) {
  const writer = await createTableWriter(store, columns, batchRows === undefined ? {} : { batchRows });
  await writer.append(rows);
  return writer.close();
}

describe('bytes', () => {
  test('they are those they always were', async () => {
    expect((await written(everyColumn, everyRows(150), 64)).digest).toBe(sampleDigest);
  });

  test('they are the same in another process, after other tables were written there', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'espalier-table-'));
    try {
      const program = buildProgram('write-table', folder);
      const ended = await Promise.all(['0', '30'].map(count => startProgram(program, [count]).ended));
      expect(ended).toEqual([0, 1].map(() => ({ lines: [sampleDigest], code: 0, errors: '' })));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('they are the same however the rows are handed over', async () => {
    const rows = everyRows(150);
    const oneByOne = await createTableWriter(store, everyColumn, { batchRows: 64 });
    await Promise.all(rows.map(row => oneByOne.append(row)));
    expect((await oneByOne.close()).digest).toBe(sampleDigest);

    const byColumns = await createTableWriter(store, everyColumn, { batchRows: 64 });
    for (const [from, to] of [
      [0, 7],
      [7, 7],
      [7, 149],
      [149, 150],
    ] as const) {
      const some = rows.slice(from, to);
      await byColumns.appendColumns(
        Object.fromEntries(Object.keys(everyColumn).map(name => [name, some.map(row => row[name] ?? null)])),
      );
    }
    expect((await byColumns.close()).digest).toBe(sampleDigest);

    const byBatches = await createTableWriter(store, everyColumn, { batchRows: 64 });
    const other = await openTable(store, (await written(everyColumn, rows, 10)).digest);
    for await (const batch of other.batches()) await byBatches.appendBatch(batch);
    expect((await byBatches.close()).digest).toBe(sampleDigest);
  });

  test('columns of numbers in bulk are the same bytes as their rows', async () => {
    const columns = { n: 'int32', f: 'float32', g: 'float64', ok: 'bool', v: 'float32[2]' } as const;
    const count = 10_000;
    const bulk = {
      n: Int32Array.from({ length: count }, (_, row) => row),
      f: Float32Array.from({ length: count }, (_, row) => row / 3),
      g: Float64Array.from({ length: count }, (_, row) => (row % 9 === 0 ? Number.NaN : row / 3)),
      ok: Uint8Array.from({ length: count }, (_, row) => row % 2),
      v: Float32Array.from({ length: 2 * count }, (_, index) => index),
    };
    const writer = await createTableWriter(store, columns);
    await writer.appendColumns(bulk);
    const artifact = await writer.close();
    const rows = Array.from({ length: count }, (_, row) => ({
      n: bulk.n[row]!,
      f: bulk.f[row]!,
      g: bulk.g[row]!,
      ok: bulk.ok[row] === 1,
      v: bulk.v.slice(2 * row, 2 * row + 2),
    }));
    expect(await written(columns, rows)).toEqual(artifact);
    const copied = await writeTable(store, await openTable(store, artifact.digest));
    expect(copied).toEqual(artifact);
  });

  test('every NaN is written alike, whatever its bits', async () => {
    const patterns = new Float32Array(Int32Array.of(0x7fc00000, 0xffc00000, 0x7f800001, 0x7fffffff).buffer);
    const doubles = new Float64Array(BigInt64Array.of(0x7ff8000000000000n, -1n, 0x7ff0000000000001n, -2n).buffer);
    const columns = { f: 'float32', g: 'float64', v: 'float32[1]', list: 'float32[]' } as const;
    const digests = await Promise.all(
      [0, 1, 2, 3].map(async index => {
        const writer = await createTableWriter(store, columns);
        const [f, g] = [patterns.slice(index, index + 1), doubles.slice(index, index + 1)];
        await writer.appendColumns({ f, g, v: f, list: [f] });
        return (await writer.close()).digest;
      }),
    );
    expect(new Set(digests).size).toBe(1);
  });

  test('what lies under a missing value is not seen in them', async () => {
    const columns = { n: 'int32', v: 'float32[2]' } as const;
    const rows = [
      { n: null, v: null },
      { n: 1, v: [1, 2] },
    ];
    const first = await createTableWriter(store, columns);
    await first.append({ n: 77, v: [7, 7] });
    await first.append({ n: 78, v: [8, 8] });
    // The buffers of a first batch are used again for the next.
    const batched = await createTableWriter(store, columns, { batchRows: 2 });
    await batched.append([{ n: 77, v: [7, 7] }, { n: 78, v: [8, 8] }, ...rows]);
    const bytes = await store.get((await batched.close()).digest);
    const alone = await store.get((await written(columns, rows, 2)).digest);
    // Both end with the batch of `rows`, and the first has nothing of 77 after its own batch.
    const table = tableFromIPC(bytes);
    expect(table.batches[1]!.data.children[0]!.values.slice(0, 2)).toEqual(Int32Array.of(0, 1));
    expect(tableFromIPC(alone).batches[0]!.data.children[0]!.values.slice(0, 2)).toEqual(Int32Array.of(0, 1));
    await first.abort();
  });
});

describe('another reader', () => {
  test('Arrow itself reads the same rows', async () => {
    const rows = everyRows(150);
    const { digest } = await written(everyColumn, rows, 64);
    const table = tableFromIPC(await store.get(digest));
    expect(table.batches.map(({ numRows }) => numRows)).toEqual([64, 64, 22]);
    const read = table.toArray().map((row: { toJSON: () => Record<string, unknown> }) => plainArrow(row.toJSON()));
    expect(read).toEqual(plain(rows));
  });

  test('a table without rows, or without columns, is one', async () => {
    const empty = await written(everyColumn, []);
    expect(empty.rows).toBe(0);
    expect(tableFromIPC(await store.get(empty.digest)).numRows).toBe(0);
    expect(await rowsOf(await openTable(store, empty.digest))).toEqual([]);
    const bare = await openTable(store, (await written({}, [{}, {}])).digest);
    expect([bare.rows, bare.columns, await rowsOf(bare)]).toEqual([2, {}, [{}, {}]]);
  });
});

/** Arrow's own values as plain ones. */
function plainArrow(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('toArray' in value && typeof value.toArray === 'function')
    return Array.from(value as unknown as Iterable<unknown>, plainArrow);
  if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON();
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plainArrow(member)]));
}

describe('batches', () => {
  const batchRowsOf = async (columns: Columns, rows: readonly Row[]) => {
    const sizes: number[] = [];
    for await (const batch of (await openTable(store, (await written(columns, rows)).digest)).batches()) {
      sizes.push(batch.rows);
    }
    return sizes;
  };

  test('they have 4,096 rows, fewer where vectors are wide, and one where a vector alone is too much', async () => {
    const rows = (count: number, row: Row) => Array.from({ length: count }, () => row);
    expect(await batchRowsOf({ n: 'int32' }, rows(9000, { n: 1 }))).toEqual([4096, 4096, 808]);
    expect(await batchRowsOf({ v: 'float32[1024]' }, rows(2500, { v: new Float32Array(1024) }))).toEqual([
      1024, 1024, 452,
    ]);
    expect(await batchRowsOf({ v: 'float32[2000000]' }, rows(2, { v: new Float32Array(2e6) }))).toEqual([1, 1]);
  });

  test('they end with the row whose texts fill them', async () => {
    const text = 'x'.repeat(3 * 2 ** 20);
    expect(
      await batchRowsOf(
        { text: 'utf8' },
        Array.from({ length: 5 }, () => ({ text })),
      ),
    ).toEqual([2, 2, 1]);
    const turns = [{ role: 'user', content: text }];
    expect(await batchRowsOf({ turns: 'messages' }, [{ turns }, { turns }, { turns }])).toEqual([2, 1]);
  });
});

describe('values', () => {
  const cases: readonly (readonly [Columns[string], unknown, string])[] = [
    ['utf8', 1, 'expected a text, found 1'],
    ['utf8', '\ud800', 'expected a text of whole characters, found "\\ud800"'],
    ['utf8', ['a'], 'expected a text, found ["a"]'],
    ['bool', 1, 'expected true or false, found 1'],
    ['bool', 'true', 'expected true or false, found "true"'],
    ['int32', 1.5, 'expected an int32, found 1.5'],
    ['int32', 2 ** 31, 'expected an int32, found 2147483648'],
    ['int32', Number.NaN, 'expected an int32, found NaN'],
    ['int32', 1n, 'expected an int32, found 1n'],
    ['float32', '1', 'expected a number, found "1"'],
    ['float32', 1e300, 'expected a number within the range of float32, found 1e+300'],
    ['float64', true, 'expected a number, found true'],
    ['category', 3, 'expected a text, found 3'],
    ['utf8[]', 'a', 'expected a list of texts, found "a"'],
    ['utf8[]', ['a', null], 'item 1: expected a text, found null'],
    ['int32[]', [1, 0.5], 'item 1: expected an int32, found 0.5'],
    ['float32[]', [[1]], 'item 0: expected a number, found [1]'],
    ['float32[3]', [1, 2], 'expected a vector of 3 numbers, found one of 2'],
    ['float32[3]', new Float32Array(4), 'expected a vector of 3 numbers, found one of 4'],
    ['float32[3]', [1, 2, '3'], 'expected a number, found "3"'],
    ['float32[3]', 'x'.repeat(100), `expected a vector of 3 numbers, found "${'x'.repeat(56)}…`],
    ['messages', [{ role: 'user' }], 'item 0: expected {role, content}, found {"role":"user"}'],
    ['messages', [{ role: 'user', content: 1 }], 'item 0: expected {role, content}, found {"role":"user","content":1}'],
    [
      'messages',
      [{ role: 'a', content: 'b', name: 'c' }],
      'item 0: expected {role, content}, found {"role":"a","content":"b","name":"c"}',
    ],
    ['messages', ['hi'], 'item 0: expected {role, content}, found "hi"'],
  ];
  test.each(cases.map(([type, value, problem]) => [type, problem, value] as const))(
    'a column of %s refuses what it does not take: %s',
    async (type, problem, value) => {
      const writer = await createTableWriter(store, { first: 'int32', column: type });
      await writer.append([
        { first: 0, column: null },
        { first: 1, column: null },
      ]);
      const expected = new TableValueError(2, 'column', problem);
      await expect(writer.append({ first: 2, column: value } as Row)).rejects.toThrow(expected);
      await expect(writer.close()).rejects.toThrow('internal:');
    },
  );

  test('a row number counts from the beginning of the table, over batches', async () => {
    const writer = await createTableWriter(store, { n: 'int32' }, { batchRows: 3 });
    await writer.append(Array.from({ length: 7 }, () => ({ n: 1 })));
    await expect(writer.append({ n: 0.5 })).rejects.toThrow('row 7, column `n`');
  });

  test.each([
    [{ a: 1 }, 'column `b`: is missing in the row, which has a; a value that is not there is null'],
    [{ a: 1, b: 2, c: 3 }, 'column `c`: is not in the table, which has `a`, `b`'],
    [{ a: 1, b: undefined }, 'column `b`: is missing in the row'],
  ])('a row %j does not fit two columns', async (row, problem) => {
    const writer = await createTableWriter(store, { a: 'int32', b: 'int32' });
    await expect(writer.append(row as Row)).rejects.toThrow(problem);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ a: [1] }, 'column `v`: is missing among the columns'],
    [{ a: [1], v: new Float32Array(2), z: [] }, 'column `z`: is not in the table'],
    [{ a: [1, 2], v: new Float32Array(2) }, 'column `v`: has 1 rows, and column `a` has 2'],
    [{ a: [1], v: new Float32Array(3) }, '3 numbers are no whole vectors of 2'],
    [{ a: [1], v: new Float64Array(2) }, 'vectors come as one Float32Array'],
    [{ a: new Float64Array([1.5]), v: new Float32Array(2) }, 'column `a`: expected an int32, found 1.5'],
  ])('columns %j are refused', async (columns, problem) => {
    const writer = await createTableWriter(store, { a: 'int32', v: 'float32[2]' });
    await expect(writer.appendColumns(columns as never)).rejects.toThrow(problem);
  });

  test('other arrays of numbers are taken where every number fits', async () => {
    const writer = await createTableWriter(store, { a: 'int32', g: 'float64', ok: 'bool' });
    await writer.appendColumns({ a: Float64Array.of(1, 2), g: Float32Array.of(0.5, 2), ok: Uint8Array.of(0, 1) });
    const table = await openTable(store, (await writer.close()).digest);
    expect(await rowsOf(table)).toEqual([
      { a: 1, g: 0.5, ok: false },
      { a: 2, g: 2, ok: true },
    ]);
    const wrong = await createTableWriter(store, { ok: 'bool' });
    await expect(wrong.appendColumns({ ok: Uint8Array.of(0, 2) })).rejects.toThrow(
      'row 1, column `ok`: expected true or false, found 2',
    );
  });

  test.each<[Columns, string]>([
    [{ v: 'float32[d]' }, 'a stored vector has a width'],
    [{ '': 'utf8' }, 'a column has no name'],
    [JSON.parse('{"__proto__":"utf8"}'), '__proto__'],
    [{ a: 'float32[0]' }, 'is no type of a column'],
    [{ a: 'int64' } as never, 'int64 is no type of a column'],
  ])('columns %j cannot be those of a table', async (columns, problem) => {
    await expect(createTableWriter(store, columns)).rejects.toThrow(TableColumnsError);
    await expect(createTableWriter(store, columns)).rejects.toThrow(problem);
  });
});

test('rows can come from anywhere, and their failure leaves nothing', async () => {
  async function* rows(fails: boolean) {
    for (let index = 0; index < 150; index += 1) yield everyRow(index);
    if (fails) throw new Error('the source failed');
  }
  const { digest } = await writeRows(store, everyColumn, rows(false));
  expect(plain(await rowsOf(await openTable(store, digest)))).toEqual(plain(everyRows(150)));
  await expect(writeRows(store, everyColumn, rows(true))).rejects.toThrow('the source failed');
});
