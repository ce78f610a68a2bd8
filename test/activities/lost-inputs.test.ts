/** Results that something outside the program has damaged after they were published: found when they are read, made again, never used. */
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPlanReader } from '../../activities/plan-reader.ts';
import { runCells } from '../../activities/run-cells.ts';
import { digestSchema } from '../../schemas/identity.ts';
import type { Plan } from '../../schemas/plan.ts';
import { type TemporaryStore, openTemporaryStore } from '../store/temporary-store.ts';
import { openFolderStore } from '../../store/folder/open-folder-store.ts';
import { attempt, cellNamed, dependencies, newRun, planOf } from './rig.ts';

const study = `
study: chain
steps:
  world: { use: make-world, with: { facts: 9, pretraining_rows: 50, coupling_rows: 2000, sft_rows: 5, pair_rows: 5, advice_rows: 5 }, seed: { world: 0, pretraining: 0 } }
  half: { use: subset-rows, in: { rows: world.coupling }, with: { fraction: 0.5 }, seed: { subset: 1 } }
  few: { use: subset-rows, in: { rows: half.rows }, with: { fraction: 0.1 }, seed: { subset: 2 } }
`;

const nothing = () => undefined;
const silent = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

let opened: TemporaryStore;
let plan: Plan;
let reference: { readonly run: string; readonly plan: string };
beforeEach(async () => {
  opened = await openTemporaryStore();
  plan = planOf(study);
  reference = await newRun(opened.store, plan);
});
afterEach(() => opened.close());

/** Runs cells as an activity does; the store is opened anew, as by another process. */
async function work(...names: string[]) {
  const store = await openFolderStore(opened.root);
  const runners = { light: dependencies(store), heavy: dependencies(store, { exclusive: true }) };
  const input = { ...reference, branch: 0, cells: names.map(name => cellNamed(plan, name).index) };
  const plans = createPlanReader(store);
  const tell = () => undefined;
  return new MockActivityEnvironment({}, { logger: silent }).run(() =>
    runCells({ runners, plans, tell, stopping: new AbortController().signal }, input),
  );
}

async function outputOf(name: string): Promise<string> {
  const record = await opened.store.record(cellNamed(plan, name).key);
  const { rows, coupling } = record!.outputs;
  return (rows ?? coupling)!.digest;
}

const fileOf = (digest: string) => path.join(opened.root, 'blobs', digest.slice(0, 2), digest);

const damages: readonly (readonly [string, (file: string) => void])[] = [
  ['truncated', file => truncateSync(file, 1000)],
  ['emptied', file => truncateSync(file, 0)],
  [
    'bit-flipped in the middle',
    file => {
      const bytes = readFileSync(file);
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(file, bytes);
    },
  ],
  ['removed', file => rmSync(file)],
];

describe.each(damages)('an input that was %s', (kind, damage) => {
  test('is made again before it is read, and what is made from it is as if nothing had happened', async () => {
    await work('world');
    await work('half');
    await work('few');
    const [half, few] = [await outputOf('half'), await outputOf('few')];
    await forget('few');
    damage(fileOf(half));
    expect(await work('few')).toMatchObject([{ state: 'done' }]);
    expect([await outputOf('half'), await outputOf('few')]).toEqual([half, few]);
    await opened.store.get(cellDigest(half), { verify: true });
    const { events } = await opened.store.events(reference.run);
    const made = events.flatMap(event => (event.event === 'cell-ended' && event.state === 'done' ? [event.cell] : []));
    expect(made.filter(cell => cell === cellNamed(plan, 'half').index)).toHaveLength(2);
    expect(made.filter(cell => cell === cellNamed(plan, 'world').index)).toHaveLength(1);
    const aside = readdirSync(path.join(opened.root, 'quarantine'));
    expect(aside.filter(name => name.endsWith('.json'))).toHaveLength(2);
    expect(aside.filter(name => name.startsWith(half))).toHaveLength(kind === 'removed' ? 0 : 1);
  });

  test('is made again with its own input, where that is lost too', async () => {
    await work('world');
    await work('half');
    const [world, half] = [await outputOf('world'), await outputOf('half')];
    damage(fileOf(half));
    damage(fileOf(world));
    expect(await work('few')).toMatchObject([{ state: 'done' }]);
    expect([await outputOf('world'), await outputOf('half')]).toEqual([world, half]);
  });
});

test('a record whose result is gone is not reused, neither by its key nor by its content', async () => {
  await work('world');
  await work('half');
  const half = await outputOf('half');
  rmSync(fileOf(half));
  expect(await work('half')).toMatchObject([{ state: 'done' }]);
  await opened.store.verify(cellDigest(half));
});

test('without anybody who could make it again, the attempt fails as infrastructure, and the record is gone', async () => {
  await work('world');
  await work('half');
  truncateSync(fileOf(await outputOf('half')), 10);
  const { store } = opened;
  const result = await attempt(dependencies(await openFolderStore(opened.root)), reference.run, cellNamed(plan, 'few'));
  expect(result).toMatchObject({ failure: { class: 'infrastructure' }, reason: expect.stringContaining('corrupt') });
  expect(await store.haveRecords([cellNamed(plan, 'half').key])).toEqual([false]);
});

test('a verified file is not hashed again, until it changes', async () => {
  await work('world');
  const store = await openFolderStore(opened.root);
  const digest = cellDigest(await outputOf('world'));
  await store.verify(digest);
  const file = fileOf(digest);
  const bytes = readFileSync(file);
  await store.verify(digest);
  bytes[0]! ^= 1;
  writeFileSync(file, bytes);
  await expect(store.verify(digest)).rejects.toThrow('is corrupt');
});

async function forget(name: string): Promise<void> {
  const record = (await opened.store.record(cellNamed(plan, name).key))!;
  for (const [folder, key] of [
    ['records', record.key],
    ['contents', record.content_key],
  ] as const)
    rmSync(path.join(opened.root, folder, key.slice(0, 2), `${key}.json`));
}

function cellDigest(text: string) {
  return digestSchema.parse(text);
}
