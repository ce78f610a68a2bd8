/** Throws everything in a store away, again and again, and says each time how much: ROOT. Made to be killed. */
import { writeSync } from 'node:fs';
import { openFolderStore } from '../../../../store/folder/open-folder-store.ts';
import type { StoredItem } from '../../../../store/store.ts';

const [root = ''] = process.argv.slice(2);
const store = await openFolderStore(root);
for (;;) {
  const items: StoredItem[] = [];
  for (const kind of ['record', 'content', 'blob'] as const) {
    for await (const item of store.items(kind)) items.push(item);
  }
  const unlessModifiedSince = new Date(Date.now() + 60_000);
  const moved = await store.moveToTrash(items, { batch: new Date(), unlessModifiedSince });
  writeSync(1, `${moved}\n`);
}
