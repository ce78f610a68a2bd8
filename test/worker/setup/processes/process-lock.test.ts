import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { findProcess } from '../../../../store/process-life.ts';
import { acquireLock, lockHolder } from '../../../../worker/setup/processes/process-lock.ts';
import { bundleProgram, cleanUp, temporaryFolder } from '../rig.ts';

let program: string;
beforeAll(async () => {
  program = await bundleProgram('lock-taker');
});
const children: ReturnType<typeof spawn>[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(cleanUp);

function take(...args: string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

const newLock = () => path.join(temporaryFolder(), 'work.lock');
const timings = { pollMs: 10, heartbeatMs: 20, silenceMs: 200 };

test('a free lock is taken at once, and who has it can be told', async () => {
  const file = newLock();
  expect(await lockHolder(file)).toBeUndefined();
  const lock = await acquireLock(file);
  expect((await lockHolder(file))?.pid).toBe(process.pid);
  await lock.release();
  expect(await lockHolder(file)).toBeUndefined();
});

test('a second process waits, is told who holds the lock, and gets it when that one lets go', async () => {
  const file = newLock();
  const first = await acquireLock(file);
  const waitedFor: (number | undefined)[] = [];
  let got = false;
  const second = acquireLock(file, { timings, onWaiting: holder => waitedFor.push(holder?.pid) });
  void second.then(() => (got = true));
  await new Promise(resolve => setTimeout(resolve, 100));
  expect({ got, waitedFor }).toEqual({ got: false, waitedFor: [process.pid] });
  await first.release();
  await (await second).release();
});

test('the lock of a process killed with -9 is taken over at once', async () => {
  const file = newLock();
  const holder = take(file, 'hold');
  await once(holder.stdout, 'data');
  expect((await lockHolder(file))?.pid).toBe(holder.pid);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const began = performance.now();
  await (await acquireLock(file)).release();
  expect(performance.now() - began).toBeLessThan(1_000);
});

test('the lock of a process whose number another process has by now is taken over', async () => {
  const file = newLock();
  const holder = { ...findProcess(process.pid)!, start: 'long ago' };
  writeFileSync(`${file}.4`, JSON.stringify({ holder }));
  await (await acquireLock(file)).release();
  expect(readdirSync(path.dirname(file))).toEqual(['work.lock.5']);
});

test.each([
  ['on another machine', JSON.stringify({ holder: { host: 'another-machine', pid: 1, start: '1' } })],
  ['that was killed while writing it', '{"holder":{"sco'],
])('the lock of a holder %s is taken over after it was silent', async (_, content) => {
  const file = newLock();
  writeFileSync(`${file}.1`, content);
  const began = performance.now();
  await (await acquireLock(file, { timings })).release();
  expect(performance.now() - began).toBeGreaterThan(timings.silenceMs);
});

test('a holder that gives signs of life keeps its lock; one whose lock was taken over is told', async () => {
  const file = newLock();
  const lock = await acquireLock(file, { timings });
  const elsewhere = JSON.stringify({ holder: { host: 'another-machine', pid: 1, start: '1' } });
  // Now it looks like a holder on another machine, which this process cannot ask.
  writeFileSync(`${file}.1`, elsewhere);
  const waiting = new AbortController();
  const second = acquireLock(file, { timings, signal: waiting.signal });
  await new Promise(resolve => setTimeout(resolve, 3 * timings.silenceMs));
  waiting.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  expect(lock.lost.aborted).toBe(false);

  writeFileSync(`${file}.2`, elsewhere);
  await new Promise(resolve => lock.lost.addEventListener('abort', resolve));
  await lock.release();
  // What is the other's now is left alone.
  expect(readFileSync(`${file}.2`, 'utf8')).toBe(elsewhere);
});

test('six processes that fight for a lock, each dying with it in the end, never hold it at the same time', async () => {
  const file = newLock();
  const counter = path.join(path.dirname(file), 'counter');
  writeFileSync(counter, '0');
  const takers = Array.from({ length: 6 }, () => take(file, 'count', counter, '15'));
  await Promise.all(takers.map(taker => once(taker, 'exit')));
  expect(readFileSync(counter, 'utf8')).toBe('90');
  expect(readFileSync(`${counter}.log`, 'utf8')).toBe('in\nout\n'.repeat(90));
});
