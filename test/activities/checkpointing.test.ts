/** Trainings that are told to stop, and go on where they were. */
import { beforeAll, describe, expect, test } from 'vitest';
import { CellFailure } from '../../activities/cell-failure.ts';
import { trainSftBody } from '../../activities/steps/train-sft.ts';
import { taskOf } from './steps/cell-task.ts';
import { stored } from './steps/given-rows.ts';
import { type BodyRunOptions, runBody } from './steps/run-body.ts';
import { type TinyStudy, tinyStudy, tinyTraining } from './steps/tiny-study.ts';

let study: TinyStudy;
beforeAll(async () => {
  study = await tinyStudy({ steps: 2 });
});

const options = { with: { ...tinyTraining, steps: 5 }, seeds: { training: 3 }, keep: ['checkpoints'] };

const train = (name: string, more: BodyRunOptions = {}) =>
  runBody(trainSftBody, {
    ...options,
    store: study.store,
    name,
    in: { model: stored(study.base), rows: stored(study.world['sft']) },
    ...more,
  });

/** An attempt that is told to stop from its beginning: it does one step and saves. */
async function interrupted(name: string): Promise<unknown> {
  return train(name, { signal: AbortSignal.abort() }).catch((error: unknown) => error);
}

test('what is told to stop saves once more and ends as preempted; the next attempt goes on from there', async () => {
  const whole = await train('whole');
  for (let attempt = 0; attempt < 3; attempt++) {
    const ended = await interrupted('stopped');
    expect(ended).toBeInstanceOf(CellFailure);
    expect(ended).toMatchObject({ class: 'preempted', message: 'it was told to stop' });
  }
  const resumed = await train('stopped');
  expect(resumed.resumedAt).toEqual([1, 2, 3]);
  expect(resumed.outputs).toEqual(whole.outputs);
  expect(whole.resumedAt).toEqual([]);
});

test('what is told to stop after its last step has only its results left to write', async () => {
  for (let attempt = 0; attempt < 5; attempt++) await interrupted('late');
  expect((await train('late')).resumedAt).toEqual([1, 2, 3, 4, 5]);
  expect((await train('late')).outputs).toEqual((await train('never stopped')).outputs);
});

describe('a checkpoint that is not what was saved is dropped, the record says so, and the results are the same:', () => {
  const middle = (bytes: Uint8Array) => Math.floor(bytes.length / 2);
  const flipped = (at: (bytes: Uint8Array) => number) => (bytes: Uint8Array) =>
    bytes.map((byte, index) => (index === at(bytes) ? byte ^ 1 : byte));
  const damages: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
    ['empty', () => new Uint8Array()],
    ['cut off within its seal', bytes => bytes.slice(0, 10)],
    ['cut off within its header', bytes => bytes.slice(0, 60)],
    ['cut off within its tensors', bytes => bytes.slice(0, middle(bytes))],
    ['without its last byte', bytes => bytes.slice(0, -1)],
    ['with a bit of a tensor turned', flipped(middle)],
    ['with a bit of its last tensor turned', flipped(bytes => bytes.length - 1)],
    ['with a bit of its header turned', flipped(() => 200)],
    ['with a bit of its seal turned', flipped(() => 0)],
    ['followed by more', bytes => Uint8Array.from([...bytes, 0])],
    ['zeros', bytes => new Uint8Array(bytes.length)],
  ];

  test.each(damages)('%s', async (name, damage) => {
    const whole = await train('whole');
    await interrupted(name);
    const { cell } = await taskOf(study.store, trainSftBody.kind, { ...options, name });
    await study.store.saveCheckpoint(cell.key, damage((await study.store.checkpoint(cell.key))!));
    const result = await train(name);
    expect(result.outputs).toEqual(whole.outputs);
    expect(result.resumedAt).toEqual([]);
    expect(result.notes['checkpoint']).toBe('found damaged; work began again');
    expect(whole.notes).not.toHaveProperty('checkpoint');
  });
});

test('cells of other names do not see each other’s checkpoints', async () => {
  await interrupted('one');
  expect((await train('other')).resumedAt).toEqual([]);
});
