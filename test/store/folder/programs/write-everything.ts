/** Writes to every surface of a store and says of each how that ended: ROOT BYTES. Run with little room. */
import { hostname } from 'node:os';
import { StoreWriteError } from '../../../../store/errors.ts';
import { openFolderStore } from '../../../../store/folder/open-folder-store.ts';
import { keyOf, publishSample, sampleAttempt, started } from '../../sample-records.ts';

const [root = '', bytes = ''] = process.argv.slice(2);
const store = await openFolderStore(root);
const large = new Uint8Array(Number(bytes)).fill(1);
const filler = 'x'.repeat(large.length);
const key = keyOf('work');
const owner = { host: hostname(), pid: process.pid, purpose: filler };

const surfaces: Record<string, () => Promise<unknown>> = {
  put: () => store.put(large),
  createBlob: async () => {
    const writer = await store.createBlob();
    await writer.write(large);
    await writer.commit();
  },
  publish: () => publishSample(store, 'large', { notes: { filler } }),
  saveCheckpoint: () => store.saveCheckpoint(key, large),
  addAttempt: () => store.addAttempt(key, { ...sampleAttempt, message: filler }),
  appendEvents: () =>
    store.appendEvents(
      'room-1',
      Array.from({ length: large.length / 50 }, (_, n) => started(n, 0)),
    ),
  writeRunFile: () => store.writeRunFile('room-1', 'report.html', filler),
  acquireLease: () => store.acquireLease(key, owner, 60),
};
for (const [surface, write] of Object.entries(surfaces)) {
  const ended = await write().then(
    () => 'written',
    (error: unknown) => (error instanceof StoreWriteError ? error.code : String(error)),
  );
  console.log(`${surface} ${ended}`);
}
