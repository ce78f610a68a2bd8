/**
 * Takes a lease of one second, saves a checkpoint and renews; after a line on standard input it does, without looking,
 * what a holder does at its end, and says how each write ended: ROOT.
 */
import { once } from 'node:events';
import { hostname } from 'node:os';
import { LostLeaseError } from '../../../../store/errors.ts';
import { openFolderStore } from '../../../../store/folder/open-folder-store.ts';
import { keyOf, sampleAttempt, sampleRecord } from '../../sample-records.ts';

const [root = ''] = process.argv.slice(2);
const store = await openFolderStore(root);
const key = keyOf('work');
const lease = await store.acquireLease(key, { host: hostname(), pid: process.pid, purpose: 'the late one' }, 1);
if (!lease.held) throw new Error('the lease is held');
const { fence } = lease;
await store.saveCheckpoint(key, Buffer.from('of the late one'), fence);
const output = await store.put(Buffer.from('of the late one'));
const renewing = setInterval(() => void lease.renew(), 200);
console.log('working');
await once(process.stdin, 'data');
clearInterval(renewing);
const writes: Record<string, () => Promise<unknown>> = {
  saveCheckpoint: () => store.saveCheckpoint(key, Buffer.from('too late'), fence),
  addAttempt: () => store.addAttempt(key, sampleAttempt, fence),
  publish: () => store.publish(sampleRecord('work', output), fence),
  clearWork: () => store.clearWork(key, fence),
  renew: () => lease.renew(),
};
for (const [name, write] of Object.entries(writes)) {
  const ended = await write().then(String, (error: unknown) =>
    error instanceof LostLeaseError ? 'lost' : String(error),
  );
  console.log(`${name} ${ended}`);
}
process.exit(0);
