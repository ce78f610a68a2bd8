/** External trainers in a pool with devices: each has its own alone, and none outlives its compute process. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Json } from '../../../schemas/json.ts';
import { exec } from '../../../schemas/steps/exec.ts';
import type { ProcessMark } from '../../../schemas/process-mark.ts';
import { findProcess, isGone } from '../../../store/process-life.ts';
import { createDevicePool } from '../../../worker/compute/device-pool.ts';
import { taskOf } from '../../activities/steps/cell-task.ts';
import { type Program, bundleProgram } from './bundle-program.ts';
import { type PoolRig, failure, openPool, start } from './rig.ts';

let compute: Program;
beforeAll(async () => {
  compute = await bundleProgram('worker/compute/compute-main.ts');
}, 60_000);
afterAll(() => compute.remove());

let folder: string;
let rig: PoolRig;
let run: string;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'espalier-devices-'));
  const devices = createDevicePool({
    ids: ['4', '7'],
    folder,
    probe: async () => undefined,
    onOutput: () => undefined,
  });
  rig = await openPool({ entry: compute.file, room: { cpu: 3, memory: 8e9 }, devices });
  ({ run } = await rig.store.createRun({
    format: 1,
    study: 'trainers',
    file: 'study.yaml',
    plan: '0'.repeat(64) as never,
    gates: {},
    created: new Date().toISOString(),
    espalier: '0.0.0',
  }));
});
afterEach(async () => {
  await rig.close();
  rmSync(folder, { recursive: true });
});

const program = (rest: string) =>
  `const fs = require('node:fs'); const config = JSON.parse(fs.readFileSync(process.env.ESPALIER_CONFIG)); ${rest}`;
const seen = `fs.writeFileSync(config.outputs.out.path, JSON.stringify([process.env.CUDA_VISIBLE_DEVICES, config.devices]))`;

async function begin(name: string, rest: string, gpu: number) {
  const given: { [parameter: string]: Json } = {
    command: [process.execPath, '-e', program(rest)],
    outputs: { out: 'json' },
  };
  const task = await taskOf(rig.store, exec, { name, with: given, resources: { gpu } });
  return { ...start(rig.pool, { ...task, run }), key: task.cell.key };
}

const outOf = async ({ result }: Pick<Awaited<ReturnType<typeof begin>>, 'result'>) =>
  JSON.parse(new TextDecoder().decode(await rig.store.get((await result).outputs['out']!.digest))) as unknown;

test('a cell sees the devices it asked for, one that asked for none sees none', async () => {
  expect(await outOf(await begin('two', seen, 2))).toEqual(['4,7', ['4', '7']]);
  expect(await outOf(await begin('none', seen, 0))).toEqual(['', []]);
  const held = (await (await begin('one', seen, 1)).result).notes['devices'];
  expect(held).toEqual(['4']);
});

test('cells at once never share a device, and more than there are is refused', async () => {
  const slow = `setTimeout(() => { ${seen} }, 400)`;
  const both = [await begin('a', slow, 1), await begin('b', slow, 1)];
  const devices = await Promise.all(both.map(outOf));
  expect(new Set(devices.map(each => (each as string[])[0]))).toEqual(new Set(['4', '7']));
  expect(await failure(await begin('three', seen, 3))).toEqual({
    class: 'user',
    message: 'it asks for 3 GPUs, and this worker has 2: lower `resources.gpu` or name more with --devices',
  });
});

test.skipIf(process.platform !== 'linux')(
  'a trainer whose compute process is killed with -9 is ended before its cell counts as failed',
  async () => {
    const cell = await begin(
      'orphan',
      `console.log(JSON.stringify({ step: process.pid })); setInterval(() => {}, 1000)`,
      2,
    );
    await cell.working;
    const [pid] = rig.pool.pids();
    const trainer = JSON.parse(
      readFileSync(path.join(rig.root, 'work', cell.key, 'files', 'attempts.json'), 'utf8'),
    ) as { trainer: ProcessMark };
    expect(findProcess(trainer.trainer.pid)).toBeDefined();
    process.kill(pid!, 'SIGKILL');
    expect((await failure(cell)).class).toBe('infrastructure');
    expect(isGone(trainer.trainer)).toBe(true);
    expect(await outOf(await begin('next', seen, 2))).toEqual(['4,7', ['4', '7']]);
  },
);
