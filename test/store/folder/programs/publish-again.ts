/** Publishes cells whose bytes were in the store before, for ever, and says of each that it is published: ROOT NAME [grouped]. */
import { writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { openFolderStore } from '../../../../store/folder/open-folder-store.ts';
import { keyOf, sampleRecord } from '../../sample-records.ts';

const [root = '', name = '', grouped] = process.argv.slice(2);
const plain = await openFolderStore(root);
const store = grouped === undefined ? plain : plain.grouped();
for (let cell = 0; ; cell += 1) {
  const output = await store.put(Buffer.from(`shared ${cell % 7}`));
  const record = sampleRecord(`${name} ${cell}`, output);
  await store.publish(record);
  // Whoever publishes finds it again, whatever became of it meanwhile.
  if ((await store.record(record.key)) === undefined) throw new Error(`${record.key} is gone`);
  // Slower than they are thrown away, so that every pass of the collection comes to an end.
  await wait(5);
  writeSync(1, `${keyOf(`${name} ${cell}`)} ${output}\n`);
}
