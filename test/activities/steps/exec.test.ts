/** External trainers: what they are given, what they must give back, and how they end. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { exec } from '../../../schemas/steps/exec.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { groupState } from '../../../store/process-group.ts';
import { findProcess, isGone, markProcess } from '../../../store/process-life.ts';
import { getWeights, putWeights } from '../../../store/safetensors/weights.ts';
import { digestSourceTree } from '../../../store/source-tree.ts';
import { getTree, putTree } from '../../../store/tree-artifact.ts';
import {
  type TrainerRig,
  attempt,
  failureOf,
  jsonOut,
  logOf,
  openTrainerRig,
  trainerTask,
} from '../trainer/trainer-cell.ts';

let rig: TrainerRig;
beforeEach(async () => {
  rig = await openTrainerRig();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rig.close();
});

const rows = {
  columns: { row_id: 'utf8', x: 'float32' },
  rows: [
    { row_id: 'a', x: 0.1 },
    { row_id: 'b', x: 2 },
  ],
} as const;

describe('a trainer is given', () => {
  test('its inputs as files, its parameters and seeds, and nothing of the environment that is not allowed', async () => {
    vi.stubEnv('TRAINER_SEES', 'this');
    vi.stubEnv('TRAINER_SECRET', 'not this');
    const { store } = rig;
    const weights = await putWeights(store, new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]));
    const tree = await putTree(store, [{ path: 'a/b.txt', digest: await store.put(Buffer.from('deep')), bytes: 4 }]);
    const program = `
      const read = port => readFileSync(config.inputs[port].path);
      give('out', JSON.stringify({
        ...config, rows: read('rows').toString(), arrow: read('arrow').subarray(0, 6).toString(), model: read('model').length,
        tree: readFileSync(path.join(config.inputs.tree.path, 'a/b.txt'), 'utf8'),
        parts: config.inputs.many.parts.map(({ at, path: file }) => [at, JSON.parse(readFileSync(file))]),
        names: Object.keys(process.env).sort(), sees: process.env.TRAINER_SEES, devices: process.env.CUDA_VISIBLE_DEVICES,
      }));`;
    const one = { kind: 'json', digest: await store.put(Buffer.from('1')), bytes: 1 } as const;
    const task = await trainerTask(rig, program, {
      with: { parameters: { rate: 0.5, deep: { list: [1] } }, env: ['TRAINER_SEES'], formats: { rows: 'jsonl' } },
      seeds: { training: 3, order: 9 },
      at: { arm: 'x' },
      in: {
        rows,
        arrow: rows,
        model: { axes: [], artifacts: [{ at: [], artifact: weights }] },
        tree: { axes: [], artifacts: [{ at: [], artifact: tree }] },
        many: {
          axes: ['i'],
          artifacts: [
            { at: [0], artifact: one },
            { at: [1], artifact: one },
          ],
        },
      },
    });
    const result = await attempt(rig, task, { devices: ['3', '5'] }).result;
    const got = (await jsonOut(rig, result)) as Record<string, unknown>;
    expect(got).toMatchObject({
      contract: 1,
      run: rig.run,
      cell: 'exec[arm=x]',
      key: task.cell.key,
      at: { arm: 'x' },
      attempt: 1,
      parameters: { rate: 0.5, deep: { list: [1] } },
      seeds: { training: 3, order: 9 },
      rows: '{"row_id":"a","x":0.1}\n{"row_id":"b","x":2}\n',
      arrow: 'ARROW1',
      model: weights.bytes,
      tree: 'deep',
      parts: [
        [{ i: 0 }, 1],
        [{ i: 1 }, 1],
      ],
      sees: 'this',
      devices: '3,5',
    });
    expect(got['names']).not.toContain('TRAINER_SECRET');
    expect(got['names']).not.toContain('ESPALIER_HOME');
  });

  test('a copy of its code to run in, as the plan saw it', async () => {
    mkdirSync(path.join(rig.folder, 'parts', '__pycache__'), { recursive: true });
    writeFileSync(path.join(rig.folder, 'parts', 'one.txt'), '1');
    writeFileSync(path.join(rig.folder, 'parts', '__pycache__', 'x.pyc'), 'left out');
    const parts = path.join(rig.folder, 'parts');
    const files = { 'code/parts': { path: parts, ...digestSourceTree(parts)! } };
    const program = `give('out', JSON.stringify([readdirSync('.').sort(), readdirSync('parts')]))`;
    const task = await trainerTask(rig, program, { with: { code: ['train.mjs', 'parts'] }, files });
    expect(await jsonOut(rig, await attempt(rig, task).result)).toEqual([['parts', 'train.mjs'], ['one.txt']]);
    writeFileSync(path.join(rig.folder, 'parts', 'one.txt'), '2');
    const failed = await failureOf(attempt(rig, task));
    expect(failed.class).toBe('user');
    expect(failed.message).toMatch(/parts has changed since the plan was made/);
  });
});

const allKinds = {
  model: { kind: 'weights', tensors: { w: { dtype: 'F32', shape: [3] } } },
  losses: { kind: 'table', format: 'jsonl', columns: { step: 'int32', loss: 'float64' }, rows: 2 },
  files: 'tree',
  out: 'json',
} as const;
/** What is as declared, output by output. */
const good: Record<keyof typeof allKinds, string> = {
  model: `give('model', tensors({ w: [1, 2, 3] }))`,
  losses: `give('losses', '{"step": 1, "loss": 0.5}\\n{"step": 2, "loss": null}\\n')`,
  files: `mkdirSync(config.outputs.files.path); writeFileSync(path.join(config.outputs.files.path, 'a.txt'), 'x')`,
  out: `give('out', '{"a": 1}')`,
};

describe('what a trainer wrote', () => {
  test('is taken into the store as it was declared', async () => {
    const task = await trainerTask(rig, Object.values(good).join('\n'), { with: { outputs: allKinds } });
    const { outputs } = await attempt(rig, task).result;
    expect([...(await getWeights(rig.store, outputs['model']!.digest)).tensors.get('w')!.data]).toEqual([1, 2, 3]);
    const table = await openTable(rig.store, outputs['losses']!.digest);
    expect(table.columns).toEqual({ step: 'int32', loss: 'float64' });
    expect((await getTree(rig.store, outputs['files']!.digest)).files.map(file => file.path)).toEqual(['a.txt']);
    expect(await jsonOut(rig, { outputs } as never)).toEqual({ a: 1 });
  });

  test.each([
    ['model', `give('model', tensors({ w: [1, 2] }))`, 'the tensor `w` is F32 [2], and F32 [3] is declared'],
    ['model', `give('model', tensors({ v: [1, 2, 3] }))`, 'there is no tensor `w` among v'],
    ['model', `give('model', tensors({ w: [1, 2, 3], v: [1] }))`, 'it has the tensor `v`, which is not declared'],
    ['model', `give('model', tensors({ w: [1, NaN, 3] }))`, 'number 1 of the tensor `w` is not finite'],
    ['model', `give('model', tensors({ w: [1, 2, 3] }).subarray(0, 60))`, /w|header|bytes/],
    ['model', `give('model', 'no weights')`, /header/],
    ['model', '', 'there is nothing at outputs/model.safetensors'],
    ['losses', `give('losses', '{"step": 1, "loss": 0.5}\\n')`, 'it has 1 rows, and the study declares 2'],
    ['losses', `give('losses', '{"step": 1, "loss": NaN}\\n')`, /line 1 is not JSON/],
    ['losses', `give('losses', '{"step": 1}\\n')`, 'line 1 lacks the column `loss`'],
    [
      'losses',
      `give('losses', '{"step": 1, "loss": 1, "x": 1}\\n')`,
      'line 1 has the column `x`, which is not declared',
    ],
    ['losses', `give('losses', '{"step": 1.5, "loss": 1}\\n')`, /row 0, column `step`/],
    ['losses', `give('losses', '{"step": 1, "loss": 1e999}\\n')`, /not finite/],
    ['files', `writeFileSync(config.outputs.files.path, 'x')`, 'outputs/files is no folder'],
    ['out', `give('out', '{"a": NaN}')`, /not valid JSON/],
    ['out', `mkdirSync(config.outputs.out.path)`, 'outputs/out.json is no plain file'],
  ] as const)('is refused whole where %s is not as declared (%s)', async (port, instead, message) => {
    const program = Object.entries(good).map(([name, text]) => (name === port ? instead : text));
    const task = await trainerTask(rig, program.join('\n'), { with: { outputs: allKinds } });
    const failed = await failureOf(attempt(rig, task));
    expect(failed.class).toBe('user');
    const opening = `the output \`${port}\` of its trainer breaks its contract: `;
    expect(failed.message.slice(0, opening.length)).toBe(opening);
    if (typeof message === 'string') expect(failed.message.slice(opening.length)).toBe(message);
    else expect(failed.message).toMatch(message);
    expect(await rig.store.record(task.cell.key)).toBeUndefined();
  });

  test.each([
    ['world_size', { world_size: 2 }, 'the study declares `world_size: 2`, and its trainer never reported it'],
    ['world_size', { world_size: 1 }, undefined],
    ['effective_batch', { effective_batch: 8 }, 'the study declares `effective_batch: 8`, and its trainer reported 4'],
    ['steps', { steps: 20 }, 'the study declares `steps: 20`, and its trainer reported 10 as the last step'],
    ['steps', { steps: 10 }, undefined],
  ])('counts only where %s is what the study declares (%o)', async (_, declared, message) => {
    const said = 'world_size' in declared && declared.world_size === 1 ? ', world_size: 1' : '';
    const program = `say({ effective_batch: 4${said} }); say({ step: 10, steps: 10 }); give('out', '1')`;
    const { result } = attempt(rig, await trainerTask(rig, program, { with: declared }));
    if (message === undefined) await result;
    else expect(await failureOf({ result })).toEqual({ class: 'user', message });
  });
});

describe('while it runs', () => {
  test('its lines are progress, its output is in the log of the attempt', async () => {
    const program = `
      say({ step: 1, steps: 3, loss: 0.5 }); say({ step: 2, steps: 3, loss: 0.25, checkpoint: 2 });
      console.log('{ no JSON'); console.error('a warning'); give('out', '1');`;
    const { result, progress } = attempt(rig, await trainerTask(rig, program));
    const done = await result;
    expect(progress).toEqual([
      { step: 1, steps: 3, loss: 0.5 },
      { step: 2, steps: 3, loss: 0.25, checkpoint: 2 },
    ]);
    const log = await logOf(rig, done);
    expect(log).toMatch(/^# exec, attempt 1, .*train\.mjs\n/);
    expect(log.split('\n')).toEqual(
      expect.arrayContaining(['{"step":1,"steps":3,"loss":0.5}', '{ no JSON', 'a warning']),
    );
    expect(log).toMatch(/\n# ended well after [\d.]+ s\n$/);
  });

  test('a loss that is not finite ends it at once, as diverged', async () => {
    const program = `console.log('{"step": 7, "loss": NaN}'); await pause(60_000);`;
    expect(await failureOf(attempt(rig, await trainerTask(rig, program)))).toEqual({
      class: 'diverged',
      message: 'its loss is not finite: {"step": 7, "loss": NaN}',
    });
  });

  test.each([
    ['its own table', `process.exit(42)`, { failures: [{ exit: 42, class: 'quota' }] }, 'quota'],
    ['what it says', `console.error('CUDA out of memory'); process.exit(1)`, {}, 'out-of-memory'],
    ['our ignorance', `throw new Error('no such column')`, {}, 'user'],
  ] as const)('a failure is classed by %s', async (_, program, more, expected) => {
    expect((await failureOf(attempt(rig, await trainerTask(rig, program, { with: more })))).class).toBe(expected);
  });

  test('a program that is not there is named', async () => {
    const task = await trainerTask(rig, '', { with: { command: ['no-such-program-at-all'] } });
    expect(await failureOf(attempt(rig, task))).toEqual({
      class: 'user',
      message:
        'there is no program `no-such-program-at-all` where this worker looks (PATH); install it, or give its whole path',
    });
  });

  test('a probe’s output is recorded, and refused where the key has another', async () => {
    const environment = { probe: [process.execPath, '-e', 'console.log(42)'], keyed: true };
    const files = { 'environment/probe': { path: 'x', digest: '0'.repeat(64) as never, bytes: 1 } };
    const free = await trainerTask(rig, `give('out', '1')`, {
      with: { environment: { ...environment, keyed: false } },
    });
    expect((await attempt(rig, free).result).notes['environment']).toEqual({
      probe: environment.probe,
      output: '42\n',
    });
    const keyed = await trainerTask(rig, `give('out', '1')`, { with: { environment }, files });
    expect((await failureOf(attempt(rig, keyed))).message).toMatch(
      /prints something else here than when the plan was made/,
    );
  });
});

describe.skipIf(process.platform !== 'linux')('the processes of a trainer', () => {
  /** Starts a child that outlives it, and tells both ids. */
  const family = `
    import { spawn } from 'node:child_process';
    const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await pause(300);
    writeFileSync(path.join(config.checkpoints, 'pids'), JSON.stringify([process.pid, child.pid]));`;
  const pidsOf = async (key: Parameters<TrainerRig['store']['workFolder']>[0]) => {
    const file = path.join(await rig.store.workFolder(key), 'checkpoints', 'pids');
    await vi.waitUntil(() => existsSync(file), 10_000);
    await setTimeout(50);
    return JSON.parse(readFileSync(file, 'utf8')) as [number, number];
  };
  // What has ended and was never reaped does not live.
  const lives = (pid: number) => findProcess(pid) !== undefined && !isGone(markProcess(pid));

  test('end with it, however it ends', async () => {
    const task = await trainerTask(rig, `${family} child.unref(); give('out', '1'); process.exit(0)`);
    await attempt(rig, task).result;
    const [, child] = await pidsOf(task.cell.key);
    expect(lives(child)).toBe(false);
  });

  test('are asked to stop first: it may save its state, and counts as preempted', async () => {
    const program = `process.on('SIGTERM', () => { writeFileSync(path.join(config.checkpoints, 'saved'), 'yes'); process.exit(143); });
      ${family} setInterval(() => {}, 1000);`;
    const task = await trainerTask(rig, program);
    const first = attempt(rig, task);
    const pids = await pidsOf(task.cell.key);
    first.stop();
    expect(await failureOf(first)).toEqual({ class: 'preempted', message: 'it was told to stop' });
    expect(pids.filter(lives)).toEqual([]);
    expect(existsSync(path.join(await rig.store.workFolder(task.cell.key), 'checkpoints', 'saved'))).toBe(true);
  }, 30_000);

  test('end when their time is up', async () => {
    const task = await trainerTask(rig, `setInterval(() => {}, 1000)`, { resources: { time: 0.4 } });
    expect(await failureOf(attempt(rig, task))).toEqual({
      class: 'user',
      message: 'it ran over its time limit of 0.4 s',
    });
  });

  test('of an attempt that nobody could end are ended before the next begins, which finds its checkpoints', async () => {
    const program = `
      const saved = path.join(config.checkpoints, 'state');
      if (existsSync(saved)) { say({ resumed_at: 5 }); give('out', JSON.stringify(config.attempt)); process.exit(0); }
      writeFileSync(saved, '5'); writeFileSync(path.join(config.checkpoints, 'pids'), JSON.stringify([process.pid, process.pid])); setInterval(() => {}, 1000);`;
    const task = await trainerTask(rig, program);
    const work = await rig.store.workFolder(task.cell.key);
    // As a compute process leaves things that is killed with -9: a trainer at work, and a note of which.
    mkdirSync(path.join(work, 'checkpoints'));
    writeFileSync(path.join(work, 'config.json'), JSON.stringify({ checkpoints: path.join(work, 'checkpoints') }));
    const orphan = spawn(process.execPath, [path.join(rig.folder, 'train.mjs')], {
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, ESPALIER_CONFIG: path.join(work, 'config.json') },
    });
    const mark = markProcess(orphan.pid);
    const book = { attempts: 3, seconds: 100, resumed_at: [], trainer: mark };
    writeFileSync(path.join(work, 'attempts.json'), JSON.stringify(book));
    const pids = await pidsOf(task.cell.key);
    expect(pids.filter(lives)).toEqual(pids);
    const result = await attempt(rig, task).result;
    expect(groupState(mark)).toBe('dead');
    expect(await jsonOut(rig, result)).toBe(4);
    expect(result.notes['orphan']).toMatch(/had outlived its worker and was ended/);
    expect(result.resumedAt).toEqual([5]);
    expect(result.seconds).toBeGreaterThan(100);
  }, 30_000);
});

test('a stranger that was given the number of a trainer that is gone is left alone', async () => {
  const work = await openWork('stranger');
  const trainer = { ...markProcess(), start: '1' };
  writeFileSync(
    path.join(work.folder, 'attempts.json'),
    JSON.stringify({ attempts: 1, seconds: 0, resumed_at: [], trainer }),
  );
  await attempt(rig, work.task).result;
});

async function openWork(name: string) {
  const task = await trainerTask(rig, `give('out', '1')`, { name });
  return { task, folder: await rig.store.workFolder(task.cell.key) };
}

test('what says how failures are read, or which variables are seen, is not in the key', () => {
  expect(exec.unkeyed).toEqual(['failures', 'env']);
});
