import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { findProcess } from '../../../../store/process-life.ts';
import { signalProcess } from '../../../../worker/setup/processes/signal-process.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function sleeper() {
  const child = spawn('sleep', ['60'], { detached: true });
  children.push(child);
  await once(child, 'spawn');
  return { child, mark: findProcess(child.pid!)! };
}

test('a process gets the signal once, and none is sent when it is gone', async () => {
  const { child, mark } = await sleeper();
  const ended = once(child, 'exit');
  expect(signalProcess(mark, 'SIGTERM', 'group')).toBe(true);
  expect(await ended).toEqual([null, 'SIGTERM']);
  expect(signalProcess(mark, 'SIGTERM', 'group')).toBe(false);
});

test('a process that may be another one, or cannot be asked about, is left alone', async () => {
  const { child, mark } = await sleeper();
  const { start: _, ...unsure } = mark;
  for (const other of [{ ...mark, start: '1' }, { ...mark, host: 'another-host.invalid' }, unsure])
    expect(signalProcess(other, 'SIGKILL', 'alone')).toBe(false);
  expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  expect(findProcess(child.pid!)).toEqual(mark);
});
