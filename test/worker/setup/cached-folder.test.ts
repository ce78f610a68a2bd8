import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cacheLog, type CachedFolderJob, haveCachedFolder, isComplete } from '../../../worker/setup/cached-folder.ts';
import { findProcess, processState } from '../../../store/process-life.ts';
import { bundleProgram, cleanUp, keptProgress, temporaryFolder } from './rig.ts';

let folder: string;
beforeEach(() => {
  folder = path.join(temporaryFolder(), 'cache', 'tool-1.0');
});
afterEach(cleanUp);

const fill = (job: CachedFolderJob, text = 'whole') => {
  writeFileSync(path.join(job.partial, 'data'), text);
  return Promise.resolve();
};
const recipe = (make: (job: CachedFolderJob) => Promise<void>) => ({ folder, topic: 'tool', keyFiles: ['data'], make });
const data = () => readFileSync(path.join(folder, 'data'), 'utf8');
/** What lies beside the folder, without the files that always do. */
const beside = () =>
  readdirSync(path.dirname(folder))
    .filter(name => !/\.(lock\.\d+|log|progress)$/.test(name))
    .sort();

test('a folder is made once', async () => {
  const make = vi.fn<(job: CachedFolderJob) => Promise<void>>(fill);
  const { progress } = keptProgress();
  await haveCachedFolder(recipe(make), { progress });
  await haveCachedFolder(recipe(make), { progress });
  expect(make).toHaveBeenCalledTimes(1);
  expect([data(), beside()]).toEqual(['whole', ['tool-1.0']]);
});

test('a second process waits for the first, sees its progress from then on and makes nothing', async () => {
  const [first, second] = [keptProgress(), keptProgress()];
  let finish = () => undefined as void;
  const making = haveCachedFolder(
    recipe(async job => {
      job.say('before');
      await new Promise<void>(resolve => (finish = resolve));
      job.say('after');
      await fill(job);
    }),
    first,
  );
  await vi.waitFor(() => expect(first.texts).toEqual(['before']));
  const make = vi.fn<(job: CachedFolderJob) => Promise<void>>(fill);
  const waiting = haveCachedFolder(recipe(make), second);
  await vi.waitFor(() => expect(second.texts).toHaveLength(1));
  // Long enough for the second one to have looked at what was said before it came.
  await new Promise(resolve => setTimeout(resolve, 400));
  finish();
  await Promise.all([making, waiting]);
  expect(make).not.toHaveBeenCalled();
  expect(second.texts).toEqual([`waiting for process ${process.pid}, which is at it`, 'after']);
});

test('a making that fails leaves nothing but its log, and the next one may succeed', async () => {
  const fail = async (job: CachedFolderJob) => {
    await fill(job);
    await job.run({ command: '/bin/sh', args: ['-c', 'echo no luck'] });
    throw new Error('no luck');
  };
  const { progress } = keptProgress();
  await expect(haveCachedFolder(recipe(fail), { progress })).rejects.toThrow('no luck');
  expect(beside()).toEqual([]);
  expect(readFileSync(cacheLog(folder), 'utf8')).toContain('no luck\n# exit 0');
  await haveCachedFolder(recipe(fill), { progress });
  expect(data()).toBe('whole');
});

test('a making that is called off ends its commands and leaves nothing', async () => {
  const callOff = new AbortController();
  const making = haveCachedFolder(
    recipe(async job => {
      await fill(job);
      await job.run({ command: 'sleep', args: ['300'] });
    }),
    { progress: () => undefined, signal: callOff.signal },
  );
  await vi.waitFor(() => expect(beside()).toHaveLength(2));
  callOff.abort(new Error('called off'));
  await expect(making).rejects.toThrow('called off');
  expect(beside()).toEqual([]);
});

test('what a maker killed with -9 left is cleared away by the next, its commands included', async () => {
  const program = await bundleProgram('folder-maker');
  const maker = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(maker.stdout, 'data')) as [Buffer];
  const command = findProcess(Number(line.toString()))!;
  maker.kill('SIGKILL');
  await once(maker, 'exit');
  expect(processState(command)).toBe('alive');
  expect(beside()).toEqual([`tool-1.0.partial-${maker.pid}`, `tool-1.0.partial-${maker.pid}.children`]);
  await haveCachedFolder(recipe(fill), { progress: () => undefined });
  await vi.waitFor(() => expect(processState(command)).toBe('dead'));
  expect([data(), beside()]).toEqual(['whole', ['tool-1.0']]);
});

test.each([
  ['lost a file', () => rmSync(path.join(folder, 'data'))],
  ['has a file of another size', () => writeFileSync(path.join(folder, 'data'), 'cut')],
  ['lost its list of files', () => rmSync(path.join(folder, 'key-files.json'))],
])('a folder that %s is made anew', async (_, damage) => {
  await haveCachedFolder(recipe(fill), { progress: () => undefined });
  damage();
  expect(await isComplete(folder)).toBe(false);
  await haveCachedFolder(recipe(fill), { progress: () => undefined });
  expect([data(), beside()]).toEqual(['whole', ['tool-1.0']]);
});

test('a making that leaves out a key file fails', async () => {
  const making = haveCachedFolder(
    recipe(() => Promise.resolve()),
    { progress: () => undefined },
  );
  await expect(making).rejects.toThrow('ENOENT');
  expect(existsSync(folder)).toBe(false);
});
