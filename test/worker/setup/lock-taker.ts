/** A process that takes a lock, some times over, and says when it has it: bundled and run by the tests. */
import { appendFileSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import process from 'node:process';
import { acquireLock } from '../../../worker/setup/processes/process-lock.ts';

const [lockFile, mode, counter, times] = process.argv.slice(2) as [string, 'hold' | 'count', string, string];
if (mode === 'hold') {
  await acquireLock(lockFile);
  writeSync(1, 'held\n');
  setInterval(() => undefined, 1_000);
} else {
  for (let time = 0; time < Number(times); time += 1) {
    const lock = await acquireLock(lockFile, { timings: { pollMs: 5 } });
    // Two holders at once would lose one of these, or leave both marks in the log.
    const count = Number(readFileSync(counter, 'utf8'));
    appendFileSync(`${counter}.log`, `in\n`);
    await new Promise(resolve => setTimeout(resolve, 1));
    appendFileSync(`${counter}.log`, `out\n`);
    writeFileSync(counter, String(count + 1));
    // The last one dies with the lock in hand: the others must take it over.
    if (time < Number(times) - 1) await lock.release();
  }
  process.kill(process.pid, 'SIGKILL');
}
