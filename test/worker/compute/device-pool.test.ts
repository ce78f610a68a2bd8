/** Devices: one cell at a time each, whatever workers there are; nobody starved, nothing left on them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { groupState } from '../../../store/process-group.ts';
import { markProcess } from '../../../store/process-life.ts';
import { noteUser, openDeviceLocks } from '../../../worker/compute/device-lock.ts';
import { type DevicePool, createDevicePool } from '../../../worker/compute/device-pool.ts';
import { type Program, bundleProgram } from './bundle-program.ts';

let taker: Program;
beforeAll(async () => {
  taker = await bundleProgram('test/worker/compute/programs/device-taker.ts');
});
afterAll(() => taker.remove());

let folder: string;
const children = new Set<ChildProcess>();
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'espalier-devices-'));
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  children.clear();
  rmSync(folder, { recursive: true });
});

const never = new AbortController().signal;
const pool = (ids: readonly string[], change: Partial<Parameters<typeof createDevicePool>[0]> = {}): DevicePool =>
  createDevicePool({ ids, folder, probe: async () => undefined, onOutput: () => undefined, ...change });

/** What another worker says. */
function startTaker(words: readonly string[], onLine: (line: string) => void): ChildProcess {
  const child = spawn(process.execPath, [taker.file, folder, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  createInterface({ input: child.stdout }).on('line', onLine);
  return child;
}

const idsOf = ({ devices }: Awaited<ReturnType<DevicePool['take']>>) => devices.map(({ id }) => id);

test('a worker hands out each device once, and again when it is given back', async () => {
  const gpus = pool(['0', '1']);
  const [first, second] = [await gpus.take(1, never), await gpus.take(1, never)];
  expect([idsOf(first), idsOf(second)]).toEqual([['0'], ['1']]);
  const third = gpus.take(1, never);
  expect(await Promise.race([third, setTimeout(400, 'waiting')])).toBe('waiting');
  await second.release();
  expect(idsOf(await third)).toEqual(['1']);
});

test('two workers never hold one device at a time, each getting its turns', async () => {
  const lines: string[] = [];
  const holders = new Map<string, string>();
  const twice: string[] = [];
  const note = (who: string) => (line: string) => {
    lines.push(`${who} ${line}`);
    const [word, ids = ''] = line.split(' ');
    for (const id of ids.split(',')) {
      if (word === 'take' && holders.has(id)) twice.push(`${who} took ${id} from ${holders.get(id)}`);
      if (word === 'take') holders.set(id, who);
      else holders.delete(id);
    }
  };
  const workers = ['a', 'b', 'c'].map(who => startTaker(['0,1', '1', '6', '40'], note(who)));
  await Promise.all(workers.map(worker => once(worker, 'exit')));
  expect(twice).toEqual([]);
  expect(lines.filter(line => line.includes('take'))).toHaveLength(18);
}, 60_000);

test('a cell of all devices is not starved by cells of one, in its own worker or in another', async () => {
  let others = 0;
  const other = startTaker(['0,1', '1', '1000', '50'], line => (others += line.startsWith('take') ? 1 : 0));
  await expect.poll(() => others, { timeout: 20_000 }).toBeGreaterThan(1);
  const gpus = pool(['0', '1']);
  const small = async () => {
    const held = await gpus.take(1, never);
    await setTimeout(30);
    await held.release();
  };
  const order: string[] = [];
  await Promise.all([
    ...[1, 2, 3].map(() => small().then(() => order.push('before'))),
    gpus.take(2, never).then(held => {
      order.push('all');
      return held.release();
    }),
    ...[1, 2, 3].map(() => small().then(() => order.push('after'))),
  ]);
  expect(order).toEqual(['before', 'before', 'before', 'all', 'after', 'after', 'after']);
  expect(other.exitCode).toBeNull();
}, 60_000);

test('a worker that is killed loses its devices, and what it left running on them is ended first', async () => {
  const held = new Promise<string>(resolve => startTaker(['0', '1', '0'], resolve));
  expect(await held).toBe('take 0');
  const [worker] = children;
  const trainer = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  children.add(trainer);
  const mark = markProcess(trainer.pid);
  noteUser(openDeviceLocks(folder).device('0'), mark);
  const waiting = pool(['0']).take(1, never);
  expect(await Promise.race([waiting, setTimeout(400, 'waiting')])).toBe('waiting');
  expect(groupState(mark)).toBe('alive');
  worker!.kill('SIGKILL');
  await once(worker!, 'exit');
  expect(idsOf(await waiting)).toEqual(['0']);
  expect(groupState(mark)).toBe('dead');
}, 30_000);

test('giving a device back ends whatever still works on it', async () => {
  const held = await pool(['0']).take(1, never);
  const trainer = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  children.add(trainer);
  const mark = markProcess(trainer.pid);
  noteUser(held.devices[0]!, mark);
  await held.release();
  expect(groupState(mark)).toBe('dead');
});

test('a device whose memory somebody else uses is passed over until it is free, and that is said', async () => {
  const used = new Map([
    ['0', 3e9],
    ['1', 1e6],
  ]);
  const said: string[] = [];
  const gpus = pool(['0', '1'], { probe: async id => used.get(id), onOutput: line => said.push(line) });
  const first = await gpus.take(1, never);
  expect(idsOf(first)).toEqual(['1']);
  expect(said).toEqual(['device 0 is passed over: somebody else uses 3.0 GB of it']);
  const second = gpus.take(1, never);
  expect(await Promise.race([second, setTimeout(300, 'waiting')])).toBe('waiting');
  used.set('0', 0);
  expect(idsOf(await second)).toEqual(['0']);
});

test('who is called off leaves the line, and holds nothing', async () => {
  const gpus = pool(['0', '1']);
  const one = await gpus.take(1, never);
  const stopping = new AbortController();
  const both = gpus.take(2, stopping.signal);
  await setTimeout(250);
  const late = gpus.take(1, never);
  stopping.abort(new Error('no longer wanted'));
  await expect(both).rejects.toThrow('called off');
  expect(idsOf(await late)).toEqual(['1']);
  await one.release();
});
