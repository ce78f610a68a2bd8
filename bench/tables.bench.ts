/** How fast tables and weights are written and read: `npx vitest run --config bench/vitest.config.ts bench/tables`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, test } from 'vitest';
import type { Digest } from '../schemas/identity.ts';
import type { Row } from '../schemas/table-schema.ts';
import { describeTable } from '../store/arrow/describe-table.ts';
import { exportTable } from '../store/arrow/export-table.ts';
import { gatherTables } from '../store/arrow/gather-tables.ts';
import { openTable } from '../store/arrow/open-table.ts';
import { selectRows } from '../store/arrow/select-rows.ts';
import { createTableWriter, writeTable } from '../store/arrow/table-writer.ts';
import { openFolderStore } from '../store/folder/open-folder-store.ts';
import { narrowBF16, narrowF16, widenF16 } from '../store/safetensors/half-floats.ts';
import { getWeights, putWeights } from '../store/safetensors/weights.ts';
import type { Store } from '../store/store.ts';
import { atOnce, measure, printHead } from './measure.ts';

let root: string;
let store: Store;

beforeAll(async () => {
  root = await mkdtemp(`${tmpdir()}/espalier-bench-`);
  store = await openFolderStore(root);
  printHead('tables and weights in a folder store');
});
afterAll(() => rm(root, { recursive: true, force: true }));

const columns = {
  row_id: 'utf8',
  condition: 'category',
  text: 'utf8',
  label: 'int32',
  score: 'float64',
  ok: 'bool',
} as const;

function row(index: number): Row {
  return {
    row_id: `row ${index}`,
    condition: `condition ${index % 5}`,
    text: `what should i use to cut wood number ${index} ?`,
    label: index % 7,
    score: index / 3,
    ok: index % 2 === 0,
  };
}

async function consume(things: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of things) count += 1;
  return count;
}

function printMemory(): void {
  console.log(
    `  peak resident memory of this process so far: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
  );
}

test('rows', async () => {
  const count = 200_000;
  const rows = Array.from({ length: count }, (_, index) => row(index));
  let digest: Digest | undefined;
  await measure('200,000 rows of six columns written', count, async () => {
    const writer = await createTableWriter(store, columns);
    for (let from = 0; from < count; from += 1000) await writer.append(rows.slice(from, from + 1000));
    digest = (await writer.close()).digest;
  });
  const table = await openTable(store, digest!);
  await measure('the same rows read', count, () => consume(table.rowsOf()));
  await measure('two of the columns read', count, () => consume(table.rowsOf({ columns: ['label', 'score'] })));
  await measure('one column as a Float64Array', count, () => table.column('score', 'float64'));
  await measure('one row in five selected and read', count, async () =>
    consume((await selectRows(store, digest!, { condition: 'condition 3' })).rowsOf()),
  );
  await measure('described', count, () => describeTable(table));
  await measure('as CSV', count, () => consume(exportTable(table, 'csv')));
});

test('gathering', async () => {
  const parts: { at: number[]; digest: Digest }[] = [];
  await measure('1,000 tables of 20 rows written, 16 at a time', 1000, () =>
    atOnce(16, 1000, async seed => {
      const writer = await createTableWriter(store, columns);
      await writer.append(Array.from({ length: 20 }, (_, index) => row(seed * 20 + index)));
      parts[seed] = { at: [seed], digest: (await writer.close()).digest };
    }),
  );
  await measure('the 1,000 tables opened and gathered', 1000, () => gatherTables(store, parts, { axes: ['seed'] }));
  const gathered = await gatherTables(store, parts, { axes: ['seed'] });
  await measure('their 20,000 rows read', 20_000, () => consume(gathered.rowsOf()));
  await measure('and written as one table', 20_000, () => writeTable(store, gathered));
});

test('vectors', async () => {
  const [count, width] = [262_144, 1024];
  printMemory();
  const piece = new Float32Array(1024 * width).map((_, index) => index / 7);
  let digest: Digest | undefined;
  await measure('262,144 vectors of 1,024 numbers written (1 GiB)', count, async () => {
    const writer = await createTableWriter(store, { id: 'int32', v: `float32[${width}]` });
    for (let from = 0; from < count; from += 1024) {
      await writer.appendColumns({ id: Int32Array.from({ length: 1024 }, (_, index) => from + index), v: piece });
    }
    digest = (await writer.close()).digest;
  });
  printMemory();
  const table = await openTable(store, digest!);
  await measure('all of them read, batch by batch', count, async () => {
    for await (const batch of table.batches()) batch.column('v').numbers?.at(-1);
  });
  await measure('their ids alone', count, () => table.column('id', 'int32'));
  printMemory();
});

test('weights', async () => {
  const size = 2 ** 24;
  const weights = new Map(
    ['a', 'b', 'c', 'd'].map(name => [
      name,
      { shape: [size], data: new Float32Array(size).map((_, index) => index / 7) },
    ]),
  );
  let digest: Digest | undefined;
  await measure('256 MiB of weights written', 4 * size, async () => {
    digest = (await putWeights(store, weights)).digest;
  });
  await measure('read and verified', 4 * size, () => getWeights(store, digest!));
  await measure('read', 4 * size, () => getWeights(store, digest!, { verify: false }));
  const numbers = weights.get('a')!.data;
  await measure('16 Mi numbers to F16', size, () => narrowF16(numbers));
  await measure('16 Mi numbers to BF16', size, () => narrowBF16(numbers));
  const halves = narrowF16(numbers);
  await measure('16 Mi numbers from F16', size, () => widenF16(halves));
});
