/** Gathering tables over axes, and scattering one by the values of its columns. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AxisValue } from '../../../schemas/plan.ts';
import type { Columns, Row } from '../../../schemas/table-schema.ts';
import { MissingColumnError, TableMismatchError } from '../../../store/arrow/errors.ts';
import { type TablePart, gatherTables } from '../../../store/arrow/gather-tables.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { selectRows } from '../../../store/arrow/select-rows.ts';
import { createTableWriter, writeTable } from '../../../store/arrow/table-writer.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { everyColumn, everyRows, plain, rowsOf } from './sample-table.ts';

const store = createMemoryStore();

async function write(columns: Columns, rows: readonly Row[], batchRows = 3) {
  const writer = await createTableWriter(store, columns, { batchRows });
  await writer.append(rows);
  return (await writer.close()).digest;
}

async function part(at: AxisValue[], columns: Columns, rows: readonly Row[], where?: TablePart['where']) {
  return { at, digest: await write(columns, rows), where };
}

describe('gathering', () => {
  const columns = { id: 'utf8', score: 'float64' } as const;
  const scores = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `q${from + index}`, score: from + index }));

  test('axes lead, parts follow in order, and empty ones add nothing', async () => {
    const parts = [
      await part(['good', 1], columns, scores(0, 4)),
      await part(['good', 2], columns, []),
      await part(['bad', 1], columns, scores(10, 1)),
      await part(['bad', true], columns, scores(20, 2)),
    ];
    const table = await gatherTables(store, parts, { axes: ['condition', 'seed'] });
    expect(Object.entries(table.columns)).toEqual([
      ['condition', 'category'],
      ['seed', 'category'],
      ['id', 'utf8'],
      ['score', 'float64'],
    ]);
    expect(table.rows).toBe(7);
    const expected = [
      ...scores(0, 4).map(row => ({ condition: 'good', seed: '1', ...row })),
      ...scores(10, 1).map(row => ({ condition: 'bad', seed: '1', ...row })),
      ...scores(20, 2).map(row => ({ condition: 'bad', seed: 'true', ...row })),
    ];
    expect(await rowsOf(table)).toEqual(expected);
    expect(await rowsOf(table)).toEqual(expected);
    expect(await rowsOf(table, ['score', 'condition'])).toEqual(
      expected.map(({ score, condition }) => ({ score, condition })),
    );
    expect(await rowsOf(table, ['seed'])).toEqual(expected.map(({ seed }) => ({ seed })));
    expect(await table.column('score', 'float64')).toEqual(Float64Array.from(expected, ({ score }) => score));
    expect(await table.column('condition', 'category')).toEqual(expected.map(({ condition }) => condition));
    const firsts: number[] = [];
    for await (const batch of table.batches()) firsts.push(batch.first);
    expect(firsts).toEqual([0, 3, 4, 5]);
  });

  test('what is gathered can be written, and is then a table like any other', async () => {
    const parts = await Promise.all([0, 1, 2].map(seed => part([seed], everyColumn, everyRows(20 + seed))));
    const gathered = await gatherTables(store, parts, { axes: ['seed'] });
    const written = await writeTable(store, gathered);
    const expected = [0, 1, 2].flatMap(seed => everyRows(20 + seed).map(row => ({ seed: String(seed), ...row })));
    const table = await openTable(store, written.digest);
    expect(table.columns).toEqual({ seed: 'category', ...everyColumn });
    expect(plain(await rowsOf(table))).toEqual(plain(expected));
    const direct = await write({ seed: 'category', ...everyColumn }, expected, 4096);
    expect(written.digest).toBe(direct);
  });

  test('only some rows of a part are taken where it says so', async () => {
    const parts = [await part(['a'], columns, scores(0, 5), { id: 'q3' }), await part(['b'], columns, scores(0, 2))];
    const table = await gatherTables(store, parts, { axes: ['arm'] });
    expect(table.rows).toBeUndefined();
    expect(await rowsOf(table)).toEqual([
      { arm: 'a', id: 'q3', score: 3 },
      { arm: 'b', id: 'q0', score: 0 },
      { arm: 'b', id: 'q1', score: 1 },
    ]);
  });

  test('a column of the parts that is called like an axis becomes the axis, if it says the same', async () => {
    const own = { condition: 'utf8', id: 'utf8' } as const;
    const parts = [
      await part(['good', 3], own, [{ condition: 'good', id: 'a' }]),
      await part(['bad', 4], own, [{ condition: 'bad', id: 'b' }]),
    ];
    const table = await gatherTables(store, parts, { axes: ['condition', 'seed'] });
    expect(table.columns).toEqual({ condition: 'category', seed: 'category', id: 'utf8' });
    expect(await rowsOf(table)).toEqual([
      { condition: 'good', seed: '3', id: 'a' },
      { condition: 'bad', seed: '4', id: 'b' },
    ]);
    const wrong = [
      parts[0]!,
      await part(['bad', 4], own, [
        { condition: 'bad', id: 'b' },
        { condition: 'good', id: 'c' },
      ]),
    ];
    const misled = await gatherTables(store, wrong, { axes: ['condition', 'seed'] });
    await expect(rowsOf(misled, ['id'])).rejects.toThrow(
      new TableMismatchError(
        'the table at [condition=bad, seed=4] has a column `condition` of its own, which says "good" in row 1: ' +
          'rename that column or the axis',
      ),
    );
  });

  test('columns in another order are the same columns', async () => {
    const parts = [
      await part([1], { a: 'int32', b: 'utf8' }, [{ a: 1, b: 'x' }]),
      await part([2], { b: 'utf8', a: 'int32' }, [{ b: 'y', a: 2 }]),
    ];
    const table = await gatherTables(store, parts, { axes: ['n'] });
    expect(await rowsOf(table)).toEqual([
      { n: '1', a: 1, b: 'x' },
      { n: '2', a: 2, b: 'y' },
    ]);
  });

  test.each<[Columns, Columns, string]>([
    [{ a: 'int32' }, { a: 'float64' }, 'column `a` is int32 in the one, float64 in the other'],
    [{ a: 'int32', b: 'utf8' }, { a: 'int32' }, 'the one has a column `b`, the other has none'],
    [{ v: 'float32[2]' }, { v: 'float32[3]' }, 'column `v` is float32[2] in the one, float32[3] in the other'],
  ])('tables with columns %j and %j are refused, both named', async (one, other, problem) => {
    const parts = [await part([1], one, []), await part([2], one, []), await part([3], other, [])];
    await expect(gatherTables(store, parts, { axes: ['seed'] })).rejects.toThrow(
      new TableMismatchError(`the tables at [seed=1] and [seed=3] cannot be gathered: ${problem}`),
    );
  });

  test('the one that has a column too many is named first', async () => {
    const parts = [await part([1], { a: 'int32' }, []), await part([2], { a: 'int32', b: 'utf8' }, [])];
    await expect(gatherTables(store, parts, { axes: ['seed'] })).rejects.toThrow(
      'the tables at [seed=2] and [seed=1] cannot be gathered: the one has a column `b`, the other has none',
    );
  });

  test('of no parts there are the axes, and the columns if they are said', async () => {
    const none = await gatherTables(store, [], { axes: ['seed'] });
    expect([none.columns, none.rows, await rowsOf(none)]).toEqual([{ seed: 'category' }, 0, []]);
    const said = await gatherTables(store, [], { axes: ['seed'], columns });
    expect([said.columns, await rowsOf(said)]).toEqual([{ seed: 'category', ...columns }, []]);
  });

  test('more parts than are kept open are read all the same', async () => {
    const long = 'x'.repeat(200_000);
    const parts = await Promise.all(
      Array.from({ length: 120 }, (_, seed) => part([seed], { text: 'utf8' }, [{ text: `${seed} ${long}` }])),
    );
    const table = await gatherTables(store, parts, { axes: ['seed'] });
    expect(await table.column('seed', 'category')).toEqual(parts.map((_, seed) => String(seed)));
    const texts = await table.column('text', 'utf8');
    expect(texts.map(text => text?.split(' ')[0])).toEqual(parts.map((_, seed) => String(seed)));
  });
});

describe('selecting', () => {
  const columns = {
    c: 'category',
    t: 'utf8',
    n: 'int32',
    f: 'float32',
    g: 'float64',
    ok: 'bool',
    v: 'float32[2]',
    list: 'int32[]',
  } as const;
  const rows = Array.from({ length: 12 }, (_, n) => ({
    c: n === 5 ? null : ['a', 'b', '3'][n % 3]!,
    t: `t${n % 2}`,
    n,
    f: n / 10,
    g: n / 10,
    ok: n % 4 === 0,
    v: [n, -n],
    list: [n],
  }));

  test.each<[Record<string, AxisValue>, number[]]>([
    [{ c: 'a' }, [0, 3, 6, 9]],
    [{ c: 3 }, [2, 8, 11]],
    [{ c: 'a', t: 't1' }, [3, 9]],
    [{ n: 7 }, [7]],
    [{ n: '7' }, [7]],
    [{ f: 0.7 }, [7]],
    [{ g: 0.7 }, [7]],
    [{ ok: true }, [0, 4, 8]],
    [{ ok: 'false' }, [1, 2, 3, 5, 6, 7, 9, 10, 11]],
    [{ c: 'nobody' }, []],
    [{ c: 'null' }, []],
    [{ f: 'x' }, []],
    [{}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
  ])('rows where %j are taken in their order, with all their columns', async (where, expected) => {
    const table = await selectRows(store, await write(columns, rows), where);
    expect(table.columns).toEqual(columns);
    const found = plain(await rowsOf(table));
    expect(found.map(({ n }) => n)).toEqual(expected);
    expect(found).toEqual(
      plain(
        await rowsOf(
          await openTable(
            store,
            await write(
              columns,
              expected.map(n => rows[n]!),
            ),
          ),
        ),
      ),
    );
    expect(await table.column('n', 'int32')).toEqual(Int32Array.from(expected));
    expect(await table.column('v', 'float32[d]')).toEqual({
      rows: expected.length,
      width: 2,
      data: Float32Array.from(expected.flatMap(n => [n, -n])),
    });
    expect((await writeTable(store, table)).rows).toBe(expected.length);
  });

  test('a column that is not there, or whose values are no axis values, is named', async () => {
    const digest = await write(columns, rows);
    await expect(selectRows(store, digest, { z: 1 })).rejects.toThrow(MissingColumnError);
    await expect(selectRows(store, digest, { v: 1 })).rejects.toThrow(
      'column `v` is float32[2], whose values cannot be those of an axis',
    );
  });

  test('the rows of all values of a column are the rows of the table', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ c: fc.constantFrom('a', 'b', 'c'), n: fc.nat() }, { noNullPrototype: true }), {
          maxLength: 30,
        }),
        fc.integer({ min: 1, max: 7 }),
        async (given, batchRows) => {
          const digest = await write({ c: 'category', n: 'int32' }, given, batchRows);
          const parts = await Promise.all(
            ['a', 'b', 'c'].map(async c => ({
              at: [c],
              digest: (await writeTable(store, await selectRows(store, digest, { c }))).digest,
            })),
          );
          const gathered = await rowsOf(await gatherTables(store, parts, { axes: ['c'] }));
          expect(gathered).toEqual(['a', 'b', 'c'].flatMap(c => given.filter(row => row.c === c)));
        },
      ),
      { numRuns: 50 },
    );
  });
});
