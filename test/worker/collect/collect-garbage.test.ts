/** What a garbage collection keeps, what it throws away, and that it can be taken back. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Plan } from '../../../schemas/plan.ts';
import type { Store } from '../../../store/store.ts';
import { type Collection, collectGarbage } from '../../../worker/collect/collect-garbage.ts';
import { attemptAll, cellNamed, dependencies, newRun, planOf } from '../../activities/rig.ts';
import { itemsOf } from '../../store/suite/collect.suite.ts';
import { keyOf, publishSample } from '../../store/sample-records.ts';
import { type TemporaryStore, openTemporaryStore } from '../../store/temporary-store.ts';

const hour = 3_600_000;
const day = 24 * hour;

let opened: TemporaryStore;
let store: Store;
beforeEach(async () => {
  opened = await openTemporaryStore();
  store = opened.store;
});
afterEach(() => opened.close());

/** A chain of three, whose middle differs by `bytes`. */
const chain = (bytes: number) =>
  planOf(`
study: chain${bytes}
steps:
  root: { use: no-op, with: { bytes: 7 } }
  middle: { use: no-op, in: { parts: root }, with: { bytes: ${bytes} } }
  leaf: { use: no-op, in: { parts: middle } }
`);

/** A run of the plan to its end; it ended so many days ago, or not at all. */
async function made(plan: Plan, endedDaysAgo?: number): Promise<string> {
  const { run } = await newRun(store, plan);
  await attemptAll(dependencies(store), run, plan);
  const at = new Date(Date.now() - (endedDaysAgo ?? 0) * day).toISOString();
  if (endedDaysAgo !== undefined) await store.appendEvents(run, [{ event: 'run-ended', at, state: 'done' }]);
  return run;
}

/** As two hours from now, when nothing is young any more. */
function collect(options: Partial<Parameters<typeof collectGarbage>[1]> = {}): Promise<Collection> {
  const now = new Date(Date.now() + 2 * hour);
  const defaults = { now, olderThanSeconds: 30 * 86_400, graceSeconds: 7 * 86_400, dryRun: false };
  return collectGarbage(store, { ...defaults, ...options });
}

async function inPlace(): Promise<string[]> {
  const kinds = ['record', 'content', 'partial', 'blob'] as const;
  const items = await Promise.all(kinds.map(kind => itemsOf(store, kind)));
  return items
    .flat()
    .flatMap(({ kind, name }) => `${kind} ${name}`)
    .toSorted();
}

/** Names of the cells whose records are in place, looked for in a way that takes nothing back. */
async function cellsInPlace(...plans: Plan[]): Promise<string[]> {
  const names = new Set(await inPlace());
  return plans.flatMap(plan =>
    plan.cellList.flatMap(({ step, key }) => (names.has(`record ${key}`) ? [`${plan.study}/${step}`] : [])),
  );
}

async function expectWhole(plan: Plan): Promise<void> {
  for (const { key } of plan.cellList) {
    const record = await store.record(key);
    for (const { digest } of Object.values(record!.outputs)) await store.get(digest, { verify: true });
  }
}

test('an old run gives up what no other run needs, and it is said what that was and what it would cost', async () => {
  const [old, recent] = [chain(1), chain(2)];
  await made(old, 40);
  await made(recent, 3);
  const { garbage, moved } = await collect();
  expect(garbage.steps.map(({ study, step, cells }) => `${study}/${step} ${cells}`).toSorted()).toEqual([
    'chain1/leaf 1',
    'chain1/middle 1',
  ]);
  expect(garbage.steps.every(({ bytes, seconds }) => bytes > 500 && seconds >= 0)).toBe(true);
  // Two records under two names each, and their blobs; leaves of both chains hold the same bytes.
  expect(moved).toBe(garbage.items.length);
  expect(await cellsInPlace(old, recent)).toEqual(['chain1/root', 'chain2/root', 'chain2/middle', 'chain2/leaf']);
  await expectWhole(recent);
});

test('what was saved of cells that nobody goes on with is thrown away, of a kept run it is not', async () => {
  const [old, unended] = [chain(1), chain(2)];
  await made(old, 40);
  await newRun(store, unended);
  const [given, waiting] = [keyOf('given up'), cellNamed(unended, 'leaf').key];
  for (const key of [given, waiting]) await store.saveCheckpoint(key, new Uint8Array(1000));
  expect((await collect()).garbage.unfinished.cells).toBe(0);
  const inTwoMonths = { now: new Date(Date.now() + 60 * day) };
  expect((await collect({ ...inTwoMonths, dryRun: true })).garbage.unfinished).toEqual({ cells: 1, bytes: 1000 });
  await collect(inTwoMonths);
  expect((await itemsOf(store, 'work')).map(({ name }) => name)).toEqual([waiting]);
  expect(await store.checkpoint(given)).toHaveLength(1000);
});

describe('nothing is thrown away', () => {
  const kept: readonly (readonly [string, (plan: Plan) => Promise<unknown>])[] = [
    ['of a run that has not ended, however old', plan => made(plan)],
    ['of a run that ended lately', plan => made(plan, 29)],
    [
      'of a pinned run',
      async plan => store.pin({ pin: 'run', run: await made(plan, 400), at: new Date().toISOString() }),
    ],
    [
      'that a pinned result was made from',
      async plan => {
        await made(plan, 400);
        await store.pin({ pin: 'cell', key: cellNamed(plan, 'leaf').key, name: 'leaf', at: new Date().toISOString() });
      },
    ],
  ];
  test.each(kept)('%s', async (_, make) => {
    const plan = chain(1);
    await make(plan);
    const before = await inPlace();
    expect((await collect()).moved).toBe(0);
    expect(await inPlace()).toEqual(before);
  });

  test('that was written within the hour, whatever it is', async () => {
    await made(chain(1), 400);
    await store.put(Buffer.from('loose'));
    expect((await collect({ now: new Date() })).moved).toBe(0);
  });

  test('in a dry run, which says the same', async () => {
    await made(chain(1), 400);
    const before = await inPlace();
    const { garbage, moved } = await collect({ dryRun: true });
    expect(moved).toBe(0);
    expect(await inPlace()).toEqual(before);
    expect((await collect()).garbage.items).toEqual(garbage.items);
  });
});

test('a record whose step was asked to keep more stays, with what it was made from', async () => {
  const { record: root } = await publishSample(store, 'root');
  const part = { at: [], key: root.key, output: 'out', digest: root.outputs['out']!.digest };
  const inputs = { parts: { axes: [], parts: [part], missing: [] } };
  await publishSample(store, 'model', { keep: ['checkpoints'], inputs });
  await publishSample(store, 'other');
  const { garbage } = await collect();
  expect(garbage.kept).toMatchObject({ extras: 1, records: 2 });
  expect(garbage.steps).toMatchObject([{ cells: 1 }]);
});

test('a reused result keeps what it was reused from', async () => {
  const { record: origin } = await publishSample(store, 'origin');
  const output = origin.outputs['out']!;
  await publishSample(store, 'reuse', { reused_from: origin.key, keep: ['x'], outputs: { out: output } });
  const { garbage } = await collect();
  expect(garbage.items.filter(({ kind }) => kind === 'record')).toEqual([]);
});

test('blobs that no record lists go once they are old, and plans of listed runs never', async () => {
  const run = await made(chain(1), 400);
  const loose = await store.put(Buffer.from('loose'));
  expect((await collect()).garbage.loose.blobs).toBe(0);
  const later = { now: new Date(Date.now() + 40 * day) };
  expect((await collect(later)).garbage.loose.blobs).toBe(1);
  expect(await inPlace()).not.toContain(`blob ${loose}`);
  expect(await inPlace()).toContain(`blob ${(await store.run(run))!.plan}`);
});

test('undone, all is in place as before; and what is looked for comes back by itself', async () => {
  const plan = chain(1);
  await made(plan, 400);
  const before = await inPlace();
  await collect();
  expect(await cellsInPlace(plan)).toEqual([]);
  await store.restoreTrash();
  expect(await inPlace()).toEqual(before);
  await collect({ now: new Date(Date.now() + 3 * hour) });
  expect(await cellsInPlace(plan)).toEqual([]);
  const { run } = await newRun(store, plan);
  expect(await attemptAll(dependencies(store), run, plan)).toEqual(['root cached', 'middle cached', 'leaf cached']);
  await expectWhole(plan);
});

test('the trash is deleted after the grace time, but for what has come into use again', async () => {
  const [forgotten, revived] = [chain(1), chain(2)];
  await made(forgotten, 400);
  const old = await made(revived, 400);
  await collect();
  expect(await store.trash()).toHaveLength(1);
  await store.pin({ pin: 'run', run: old, at: new Date().toISOString() });
  const early = await collect({ now: new Date(Date.now() + 6 * day) });
  expect(early.purged).toEqual([]);
  const late = await collect({ now: new Date(Date.now() + 8 * day) });
  expect(late.purged).toHaveLength(1);
  expect(await store.trash()).toEqual([]);
  await expectWhole(revived);
  expect(await store.haveRecords([cellNamed(forgotten, 'middle').key])).toEqual([false]);
  // It is made again as if it had never been.
  const { run } = await newRun(store, forgotten);
  expect(await attemptAll(dependencies(store), run, forgotten)).toEqual(['root cached', 'middle done', 'leaf done']);
});

test.each([
  ['goes with a run that nothing keeps', 400, 0],
  ['stays with a run that is kept', 3, 1],
] as const)('a partial result %s', async (_, daysAgo, left) => {
  const plan = planOf(`
study: fan
axes: { i: { count: 3 } }
steps:
  part: { use: no-op, over: [i], with: { fail: "\${i == 2}" } }
  join: { use: no-op, over: [], in: { parts: part }, quorum: 2 }
`);
  const run = await made(plan, daysAgo);
  expect((await itemsOf(store, 'partial')).map(({ name }) => name)).toEqual([`${run}/${cellNamed(plan, 'join').key}`]);
  await collect();
  expect(await itemsOf(store, 'partial')).toHaveLength(left);
  // Until it is deleted for good it is there for who asks.
  expect((await store.record(cellNamed(plan, 'join').key, run))?.partial).toBe(true);
});
