/**
 * Tries at agreed times to take one lease after the other, and says which it got: ROOT COUNT. It says when it is ready,
 * is told the time of the first on standard input, says when it is done, and lives on until that input ends: a dead
 * owner's lease would be free.
 */
import { once } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { openFolderStore } from '../../../../store/folder/open-folder-store.ts';
import { keyOf } from '../../sample-records.ts';

const [root = '', count = ''] = process.argv.slice(2);
const store = await openFolderStore(root);
const owner = { host: hostname(), pid: process.pid, purpose: 'racing' };
console.log('ready');
const [start] = (await once(process.stdin, 'data')) as [Buffer];
for (let index = 0; index < Number(count); index += 1) {
  const at = Number(start.toString()) + index * 25;
  await wait(Math.max(0, at - Date.now() - 2));
  // The last moment is spun away, so that all processes come at once.
  while (Date.now() < at);
  const lease = await store.acquireLease(keyOf(`lease ${index}`), owner, 3600);
  console.log(`${index} ${lease.held ? 'held' : `refused by ${lease.owner.purpose}`}`);
}
console.log('done');
process.stdin.resume();
await once(process.stdin, 'end');
