/** Publishes cells for ever and says of each, on a line, that it is published: ROOT NAME [grouped]. Made to be killed. */
import { writeSync } from 'node:fs';
import { openFolderStore } from '../../../../store/folder/open-folder-store.ts';
import { keyOf, publishSample, started } from '../../sample-records.ts';

const [root = '', name = '', grouped] = process.argv.slice(2);
const plain = await openFolderStore(root);
const store = grouped === undefined ? plain : plain.grouped();
let next = 0;

async function publishForEver(run: string): Promise<void> {
  for (;;) {
    const cell = next++;
    const { record } = await publishSample(store, `${name} ${cell}`, { notes: { filler: 'x'.repeat(3000) } });
    const key = keyOf(`${name} ${cell}`);
    await store.saveCheckpoint(key, new Uint8Array(200_000).fill(cell % 251));
    await store.appendEvents(run, [started(cell, 0)]);
    writeSync(1, `${record.key} ${cell}\n`);
  }
}

await Promise.all(Array.from({ length: 4 }, () => publishForEver('crash-1')));
