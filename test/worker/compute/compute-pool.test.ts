/** What becomes of a cell, of its process and of the others when a body misbehaves. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { attempt, dependencies } from '../../activities/rig.ts';
import { type CellOptions, taskOf } from '../../activities/steps/cell-task.ts';
import { type Program, bundleProgram } from './bundle-program.ts';
import { odd } from './programs/odd-bodies.ts';
import { type PoolRig, failure, isThere, openPool, processOf, start, until } from './rig.ts';

const bodies = 'test/worker/compute/programs/odd-bodies.ts';
let compute: Program;
beforeAll(async () => {
  compute = await bundleProgram('worker/compute/compute-main.ts', bodies);
});
afterAll(() => compute.remove());

let rig: PoolRig;
beforeEach(async () => {
  rig = await openPool({ entry: compute.file, room: { cpu: 2, memory: 8e9 } });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  const pids = rig.pool.pids();
  await rig.close();
  expect(pids.filter(isThere), 'processes left behind').toEqual([]);
});

type How = ReturnType<typeof odd.with.parse>['how'];

async function begin(how: How, options: CellOptions & { readonly seconds?: number } = {}) {
  const { seconds, ...rest } = options;
  const given = seconds === undefined ? { how } : { how, seconds };
  return start(rig.pool, await taskOf(rig.store, odd, { name: how, ...rest, with: given }));
}

/** The process that the next cell gets. */
const nextProcess = async () => processOf(rig, await (await begin('return')).result);

test.each([
  [{ gpu: 1 }, 'it asks for 1 GPU, and this worker has none: set `resources: { gpu: 0 }` or run a worker that has one'],
  [
    { cpu: 3 },
    'it asks for 3 slots, and this worker has 2: lower `resources.cpu` or start the worker with more --slots',
  ],
  [{ memory: 9e9 }, 'it asks for 9.0 GB of memory, and this worker has 8.0 GB: lower `resources.memory`'],
])(
  'a cell that asks for more than there is at all (%o) is refused at once, without a process',
  async (asked, message) => {
    expect(await failure(await begin('return', { resources: asked }))).toEqual({ class: 'user', message });
    expect(rig.pool.pids()).toEqual([]);
  },
);

test('cells one after the other share one warm process, cells at once have one each', async () => {
  const first = await nextProcess();
  expect(await nextProcess()).toBe(first);
  const both = [await begin('wait', { seconds: 0.2 }), await begin('wait', { seconds: 0.2 })];
  const pids = await Promise.all(both.map(async ({ result }) => processOf(rig, await result)));
  expect(new Set(pids).size).toBe(2);
  expect(pids).toContain(first);
});

describe('a body that ends its process costs one attempt of its cell, and the next cell gets a fresh one:', () => {
  test.each([
    ['exits', 'exit', 'infrastructure', /^its compute process ended with code 3$/],
    ['crashes in native code', 'crash', 'infrastructure', /^its compute process was ended by SIGABRT/],
    [
      'throws when nobody waits',
      'throw-later',
      'infrastructure',
      /ended with code 1.*Error: the body threw this later/,
    ],
    ['rejects what nobody waits for', 'reject-unheard', 'infrastructure', /ended with code 1.*nobody heard of this/],
  ] as const)('it %s', async (_, how, failureClass, message) => {
    const before = await nextProcess();
    const failed = await failure(await begin(how));
    expect(failed.class).toBe(failureClass);
    expect(failed.message).toMatch(message);
    expect(rig.pool.pids()).not.toContain(before);
    const after = await nextProcess();
    expect(after).not.toBe(before);
    expect(isThere(before)).toBe(false);
  });

  test('it is killed with -9', async () => {
    const before = await nextProcess();
    const cell = await begin('wait');
    await cell.working;
    process.kill(before, 'SIGKILL');
    expect(await failure(cell)).toEqual({
      class: 'infrastructure',
      message: 'its compute process was ended by SIGKILL',
    });
    expect(await nextProcess()).not.toBe(before);
  });

  test('it fills the heap', async () => {
    vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=64');
    const before = await nextProcess();
    const failed = await failure(await begin('fill-heap'));
    expect(failed.class).toBe('out-of-memory');
    expect(failed.message).toMatch(
      /^its compute process was ended by SIG(ABRT|TRAP); last output: FATAL ERROR: .* JavaScript heap out of memory$/,
    );
    expect(await nextProcess()).not.toBe(before);
  });

  test('it runs over its time limit', async () => {
    const before = await nextProcess();
    const cell = await begin('hang', { resources: { time: 0.3 } });
    expect(await failure(cell)).toEqual({ class: 'user', message: 'it ran over its time limit of 0.3 s' });
    expect(await nextProcess()).not.toBe(before);
  });
});

describe('a body that fails without ending its process keeps it warm:', () => {
  test.each([
    ['throws', 'throw', 'user', 'the body threw this'],
    ['asks for a buffer that no machine has', 'fill-buffers', 'out-of-memory', 'Array buffer allocation failed'],
  ] as const)('it %s', async (_, how, failureClass, message) => {
    const before = await nextProcess();
    expect(await failure(await begin(how))).toEqual({ class: failureClass, message });
    expect(await nextProcess()).toBe(before);
  });
});

test('what an earlier cell printed does not explain a later crash', async () => {
  await failure(await begin('complain'));
  const failed = await failure(await begin('exit'));
  expect(failed).toEqual({ class: 'infrastructure', message: 'its compute process ended with code 3' });
  expect(rig.output).toContain('Error: Cannot allocate memory, said by way of example');
});

test('a process that dies while it is idle costs nothing', async () => {
  const before = await nextProcess();
  process.kill(before, 'SIGKILL');
  await until(() => !rig.pool.pids().includes(before), 'the pool hears of the end of its process');
  expect(await nextProcess()).not.toBe(before);
});

test('a crash in one slot does not disturb the cell in the other', async () => {
  const steady = await begin('wait', { name: 'steady', seconds: 1 });
  await steady.working;
  const [own] = rig.pool.pids();
  for (const how of ['exit', 'crash'] as const) expect((await failure(await begin(how))).class).toBe('infrastructure');
  expect(await processOf(rig, await steady.result)).toBe(own);
});

test('a crash is one failed attempt of its own cell, tried again, and none of another’s', async () => {
  const deps = dependencies(rig.store, {
    execute: rig.pool.execute,
    exclusive: true,
    kinds: new Map([[odd.kind, odd]]),
  });
  const { cell: steady } = await taskOf(rig.store, odd, { name: 'steady', with: { how: 'wait', seconds: 1 } });
  const { cell: crashing } = await taskOf(rig.store, odd, { name: 'crashing', with: { how: 'exit' } });
  const both = await Promise.all([attempt(deps, 'test-1', steady), attempt(deps, 'test-1', crashing)]);
  expect(both).toMatchObject([
    { ended: { state: 'done' } },
    { retry: 0.5, failure: { class: 'infrastructure' }, reason: 'its compute process ended with code 3' },
  ]);
  expect(await rig.store.attempts(crashing.key)).toMatchObject([
    { run: 'test-1', class: 'infrastructure', message: 'its compute process ended with code 3' },
  ]);
  expect((await rig.store.record(steady.key))?.attempts).toEqual([]);
});

describe('a cell that is told to stop', () => {
  test('ends as preempted at its next word of progress, and its process stays', async () => {
    const before = await nextProcess();
    const cell = await begin('wait');
    await cell.working;
    cell.stop();
    expect(await failure(cell)).toEqual({ class: 'preempted', message: 'it was told to stop' });
    expect(await nextProcess()).toBe(before);
  });

  test('before its process has it, ends all the same', async () => {
    const before = await nextProcess();
    const cell = await begin('wait');
    cell.stop();
    expect(await failure(cell)).toEqual({ class: 'preempted', message: 'it was told to stop' });
    expect(await nextProcess()).toBe(before);
  });

  test('while it waits for a slot, ends without a process', async () => {
    const running = [await begin('wait', { name: 'one' }), await begin('wait', { name: 'two' })];
    await Promise.all(running.map(({ working }) => working));
    const waiting = await begin('return', { name: 'three' });
    waiting.stop();
    expect(await failure(waiting)).toEqual({
      class: 'preempted',
      message: 'the worker stopped before there was room',
    });
    expect(rig.pool.pids()).toHaveLength(2);
    for (const { stop } of running) stop();
    await Promise.allSettled(running.map(({ result }) => result));
  });

  test('and does not is killed after ten seconds, counts as preempted, and gives way to a fresh process', async () => {
    const cells = [await begin('hang'), await begin('block')];
    await Promise.all(cells.map(({ working }) => working));
    const pids = rig.pool.pids();
    const told = Date.now();
    for (const { stop } of cells) stop();
    for (const cell of cells) {
      expect(await failure(cell)).toEqual({
        class: 'preempted',
        message: 'it was stopped before it could save its state',
      });
    }
    expect(Date.now() - told).toBeGreaterThan(9900);
    expect(Date.now() - told).toBeLessThan(15_000);
    expect(pids).toHaveLength(2);
    expect(pids.filter(isThere)).toEqual([]);
    expect(pids).not.toContain(await nextProcess());
  });
});

test('closing ends processes at work as well as idle ones', async () => {
  const idle = await nextProcess();
  const cells = [await begin('wait', { name: 'one' }), await begin('block', { name: 'two' })];
  await Promise.all(cells.map(({ working }) => working));
  const pids = rig.pool.pids();
  expect(pids).toHaveLength(2);
  expect(pids).toContain(idle);
  const waiting = await begin('return', { name: 'three' });
  await rig.pool.stop();
  expect(await failure(waiting)).toEqual({ class: 'preempted', message: 'the worker stopped' });
  expect(rig.pool.pids()).toEqual([]);
  expect(pids.filter(isThere)).toEqual([]);
  for (const cell of cells) expect(await failure(cell)).toEqual({ class: 'preempted', message: 'the worker stopped' });
});

test('a worker that is killed takes its compute processes with it', async () => {
  const holder = await bundleProgram('test/worker/compute/programs/pool-holder.ts');
  const worker = spawn(process.execPath, [holder.file, compute.file, rig.root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(worker.stdout, 'data')) as [Buffer];
  const pids = line.toString().trim().split(' ').map(Number);
  expect(pids.map(isThere)).toEqual([true]);
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  await until(() => !pids.some(isThere), 'the compute process ends');
  holder.remove();
});
