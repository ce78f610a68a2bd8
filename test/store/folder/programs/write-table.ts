/** Writes the sample table after a number of others and prints its digest: COUNT. */
import { createTableWriter } from '../../../../store/arrow/table-writer.ts';
import { createMemoryStore } from '../../../../store/memory-store.ts';
import { everyColumn, everyRows } from '../../arrow/sample-table.ts';

const store = createMemoryStore();
async function write(rows: number): Promise<string> {
  const writer = await createTableWriter(store, everyColumn, { batchRows: 64 });
  await writer.append(everyRows(rows));
  return (await writer.close()).digest;
}
for (let count = Number(process.argv[2]); count > 0; count -= 1) await write(count);
console.log(await write(150));
