/** Telling processes that are gone from those that live or cannot be asked. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { canBeAsked, findProcess, isGone, markProcess, processState } from '../../store/process-life.ts';

test('this process lives, and one that has ended is gone', () => {
  expect(isGone(markProcess())).toBe(false);
  expect(isGone(markProcess(spawnSync(process.execPath, ['--version']).pid))).toBe(true);
});

test('a process is alive until it ends', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const mark = markProcess(child.pid);
  expect(isGone(mark)).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isGone(mark)).toBe(true);
});

test.runIf(existsSync('/proc/self/stat'))('a process id that was given again does not keep the old one alive', () => {
  expect(isGone({ ...markProcess(), start: '1' })).toBe(true);
});

test('a process of another host, boot or container counts as living, since nobody here can tell', () => {
  const dead = markProcess(spawnSync(process.execPath, ['--version']).pid);
  for (const change of [{ host: 'another-host.invalid' }, { boot: 'another' }, { namespace: '1' }]) {
    expect(isGone({ ...dead, ...change })).toBe(false);
    expect(canBeAsked({ ...dead, ...change })).toBe(false);
  }
  expect(markProcess(1, 'another-host.invalid')).toEqual({ host: 'another-host.invalid', pid: 1 });
});

test.runIf(existsSync('/proc/self/stat'))('a dead process that nobody has reaped is gone', async () => {
  // The shell starts a child and turns into a program that never asks how the child ended.
  const parent = spawn('bash', ['-c', 'true & echo $!; exec sleep 5']);
  const [output] = (await once(parent.stdout, 'data')) as [Buffer];
  const mark = markProcess(Number(output.toString()));
  await expect.poll(() => isGone(mark)).toBe(true);
  parent.kill();
  await once(parent, 'exit');
});

test('a process is found while there is one with its id, and its state told from its mark', () => {
  const own = findProcess(process.pid)!;
  expect(own).toEqual(markProcess());
  expect(own.start).toMatch(/./);
  expect(processState(own)).toBe('alive');
  const ended = spawnSync(process.execPath, ['--version']).pid;
  expect(findProcess(ended)).toBeUndefined();
  expect(processState(markProcess(ended))).toBe('dead');
  expect(processState({ ...own, start: 'another' })).toBe('dead');
  expect(processState({ ...own, host: 'another-host.invalid' })).toBe('elsewhere');
});
