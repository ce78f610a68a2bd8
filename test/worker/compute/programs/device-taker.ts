/**
 * A program: a worker that takes devices again and again and says so. Arguments: folder of locks, ids, how many at a
 * time, how often (0: once, and keeps them), milliseconds to hold. Prints `take`, `free` and the ids.
 */
import { setTimeout } from 'node:timers/promises';
import { createDevicePool } from '../../../../worker/compute/device-pool.ts';

const [folder = '', ids = '', count = '1', times = '1', milliseconds = '0'] = process.argv.slice(2);
const pool = createDevicePool({ ids: ids.split(','), folder, probe: async () => undefined, onOutput: () => undefined });
const say = (word: string, devices: readonly string[]) => process.stdout.write(`${word} ${devices.join(',')}\n`);

for (let time = 0; time < Math.max(1, Number(times)); time += 1) {
  const { devices, release } = await pool.take(Number(count), new AbortController().signal);
  const held = devices.map(({ id }) => id);
  say('take', held);
  if (times === '0') await setTimeout(600_000);
  await setTimeout(Number(milliseconds));
  say('free', held);
  await release();
}
