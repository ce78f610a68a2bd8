/** A program: a worker's pool on the store and entry it is given, at work on one cell that waits; prints the pool's processes. */
import { openFolderStore } from '../../../../store/folder/open-folder-store.ts';
import { createComputePool } from '../../../../worker/compute/compute-pool.ts';
import { taskOf } from '../../../activities/steps/cell-task.ts';
import { odd } from './odd-bodies.ts';

const [entry = '', root = ''] = process.argv.slice(2);
const pool = createComputePool({
  entry,
  store: root,
  room: { cpu: 1, memory: 2e9 },
  resources: { backend: undefined, nativePackage: undefined },
  checkpointSeconds: 30,
  onOutput: () => undefined,
});
const task = await taskOf(await openFolderStore(root), odd, { with: { how: 'wait' } });
await pool.execute(task, {
  signal: new AbortController().signal,
  onBegin: () => undefined,
  onProgress: () => console.log(pool.pids().join(' ')),
});
