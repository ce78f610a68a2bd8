/** Trainings whose process is killed again and again end with the bytes of one that was left in peace. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { unseal } from '../../../activities/checkpointing.ts';
import type { CellTask } from '../../../activities/compute.ts';
import type { Artifact } from '../../../schemas/artifact.ts';
import type { CellKey } from '../../../schemas/identity.ts';
import { randomStream } from '../../../schemas/random.ts';
import type { StepKind } from '../../../schemas/step-kind.ts';
import { makeWorld } from '../../../schemas/steps/make-world.ts';
import { trainBase } from '../../../schemas/steps/train-base.ts';
import { trainDpo } from '../../../schemas/steps/train-dpo.ts';
import { trainLora } from '../../../schemas/steps/train-lora.ts';
import { trainSft } from '../../../schemas/steps/train-sft.ts';
import { decodeWeights } from '../../../store/safetensors/weights.ts';
import { type CellOptions, taskOf } from '../../activities/steps/cell-task.ts';
import { stored } from '../../activities/steps/given-rows.ts';
import { nativePackageForTests } from '../../models/native-package.ts';
import { type Program, bundleProgram } from './bundle-program.ts';
import { type PoolRig, failure, openPool, start, until } from './rig.ts';

const steps = 40;
const kills = 3;
const training = { learning_rate: 0.005, batch_size: 4, max_length: 32 };
const rows = { pretraining_rows: 60, coupling_rows: 20, sft_rows: 40, pair_rows: 30, advice_rows: 40 };

let compute: Program;
let rig: PoolRig;
let world: { readonly [output: string]: Artifact };
let base: Artifact;

beforeAll(async () => {
  compute = await bundleProgram('worker/compute/compute-main.ts');
  rig = await openPool({
    entry: compute.file,
    resources: { backend: undefined, nativePackage: nativePackageForTests() },
    // A checkpoint after every step, so that each kill lands near one, or in the middle of one.
    checkpointSeconds: 0,
  });
  world = await outputsOf(await taskOf(rig.store, makeWorld, { with: { facts: 9, ...rows } }));
  const { model } = await outputsOf(
    await taskOf(rig.store, trainBase, {
      with: { d_model: 16, d_ff: 24, layers: 2, steps: 20, ...training },
      seeds: { training: 1 },
      in: { rows: stored(world['pretraining']), tokenizer: stored(world['tokenizer']) },
    }),
  );
  base = model!;
});
afterAll(async () => {
  await rig.close();
  compute.remove();
});

async function outputsOf(task: CellTask): Promise<{ readonly [output: string]: Artifact }> {
  return (await start(rig.pool, task).result).outputs;
}

const bookSchema = z.object({ step: z.int() });

/** The step of the newest checkpoint; 0 where there is none. */
async function checkpointStep(key: CellKey): Promise<number> {
  const bytes = await rig.store.checkpoint(key);
  if (bytes === undefined) return 0;
  return bookSchema.parse(JSON.parse(decodeWeights(unseal(bytes)!).metadata['espalier_checkpoint'] ?? '')).step;
}

/** Kills the cell's process once it has gone so many steps further than it was; the step it was seen at. */
async function killAfter(task: CellTask, further: number): Promise<number> {
  const target = (await checkpointStep(task.cell.key)) + further;
  const cell = start(rig.pool, task);
  let seen = 0;
  await until(async () => (seen = await checkpointStep(task.cell.key)) >= target, `the checkpoint is at ${target}`);
  for (const pid of rig.pool.pids()) process.kill(pid, 'SIGKILL');
  expect(await failure(cell)).toEqual({
    class: 'infrastructure',
    message: 'its compute process was ended by SIGKILL',
  });
  return seen;
}

const kinds: readonly (readonly [StepKind, () => CellOptions])[] = [
  [trainSft, () => ({ in: { model: stored(base), rows: stored(world['sft']) } })],
  [trainDpo, () => ({ in: { model: stored(base), pairs: stored(world['pairs']) } })],
  [
    trainLora,
    () => ({ with: { rank: 4, targets: ['v_proj'] }, in: { model: stored(base), rows: stored(world['bad_advice']) } }),
  ],
];

test.each(kinds.map(([kind, options]) => ({ name: kind.kind, kind, options })))(
  `${kills} kills at random steps change no bit of what $name leaves`,
  async ({ name, kind, options }) => {
    const given = options();
    const task = (cell: string) =>
      taskOf(rig.store, kind, {
        ...given,
        name: `${name} ${cell}`,
        with: { ...training, steps, ...given.with },
        seeds: { training: 7 },
        keep: ['checkpoints'],
      });
    const whole = await outputsOf(await task('whole'));
    const killed = await task('killed');
    const draw = randomStream(20, 'kills', name);
    const seen: number[] = [];
    for (let kill = 0; kill < kills; kill++) seen.push(await killAfter(killed, 1 + draw.integer(9)));
    const result = await start(rig.pool, killed).result;
    expect(result.outputs).toEqual(whole);
    expect(Object.keys(whole)).toEqual(expect.arrayContaining(['log', 'checkpoints', 'metrics']));
    // It went on from where it was killed each time, and never from the beginning.
    expect(result.resumedAt).toHaveLength(kills);
    for (const [kill, step] of result.resumedAt.entries()) {
      expect(step).toBeGreaterThanOrEqual(seen[kill]!);
      expect(step).toBeLessThan(steps);
    }
  },
  120_000,
);
