/** Publishes the same keys as others, with bytes of its own, and says of each how that ended: ROOT SECONDS COUNT. */
import { openFolderStore } from '../../../../store/folder/open-folder-store.ts';
import { publishSample } from '../../sample-records.ts';

const [root = '', seconds = '', count = ''] = process.argv.slice(2);
const store = await openFolderStore(root);
for (let cell = 0; cell < Number(count); cell += 1) {
  const { record, result } = await publishSample(store, `cell ${cell}`, { seconds: Number(seconds) });
  console.log(`${record.key} ${result}`);
}
