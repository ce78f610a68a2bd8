/** Publishes the same keys as others, with bytes of its own, and says of each how that ended: ROOT SECONDS COUNT [grouped]. */
import { openFolderStore } from '../../../../store/folder/open-folder-store.ts';
import { publishSample } from '../../sample-records.ts';

const [root = '', seconds = '', count = '', grouped] = process.argv.slice(2);
const plain = await openFolderStore(root);
const store = grouped === undefined ? plain : plain.grouped();
const results: string[] = [];
const next = (function* () {
  for (let cell = 0; cell < Number(count); cell += 1) yield cell;
})();
const publishAll = async () => {
  for (const cell of next) {
    const { record, result } = await publishSample(store, `cell ${cell}`, { seconds: Number(seconds) });
    results[cell] = `${record.key} ${result}`;
  }
};
// Several at a time share a flush where flushes are shared.
await Promise.all(Array.from({ length: grouped === undefined ? 1 : 5 }, publishAll));
for (const line of results) console.log(line);
