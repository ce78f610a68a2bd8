/** A program: trains the toy adapter and the toy model on the named backend and prints a hash of the two states. */
import { createHash } from 'node:crypto';
import { loadBackend } from '../../../models/backend/load-backend.ts';
import { finish, trainerMakers } from './trainers.ts';

const [name, nativePackage = ''] = process.argv.slice(2);
const backend = await loadBackend({ force: name === 'native' ? 'native' : 'wasm', nativePackage });
const hash = createHash('sha256');
for (const make of Object.values(trainerMakers)) {
  const trainer = make(backend);
  finish(trainer);
  for (const { data } of trainer.state().tensors.values()) hash.update(data);
  trainer.dispose();
}
console.log(hash.digest('hex'));
