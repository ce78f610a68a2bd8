import { describe, expect, test } from 'vitest';
import type { ExecuteCell } from '../../activities/compute.ts';
import { failurePolicies } from '../../schemas/failure.ts';
import { createMemoryStore } from '../../store/memory-store.ts';
import { attempt, attemptAll, cellNamed, dependencies, failing, newRun, planOf } from './rig.ts';

const chain = `
study: chain
params: { length: 3 }
steps:
  first: { use: no-op, with: { bytes: "\${length}" } }
  second: { use: no-op, in: { parts: first } }
  third: { use: no-op, in: { parts: second } }
`;

test('a cell is made once; another run finds it', async () => {
  const store = createMemoryStore();
  const plan = planOf(chain);
  const deps = dependencies(store);
  const first = await newRun(store, plan);
  expect(await attemptAll(deps, first.run, plan)).toEqual(['first done', 'second done', 'third done']);
  expect(await attemptAll(deps, first.run, plan)).toEqual(['first done', 'second done', 'third done']);
  const second = await newRun(store, plan);
  expect(await attemptAll(deps, second.run, plan)).toEqual(['first cached', 'second cached', 'third cached']);
});

test('a change upstream that gives the same bytes cuts off: what is below is reused by content', async () => {
  const store = createMemoryStore();
  const deps = dependencies(store);
  const rows = (where: string) => `
study: cut
steps:
  world: { use: make-world, with: { facts: 9, pretraining_rows: 5, coupling_rows: 20, sft_rows: 5, pair_rows: 5, advice_rows: 5 }, seed: { world: 0, pretraining: 0 } }
  kept: { use: select-rows, in: { rows: world.sft }, with: { where: '${where}' } }
  below: { use: subset-rows, in: { rows: kept }, seed: { subset: 1 } }
`;
  const before = planOf(rows('row_id != "none"'));
  const after = planOf(rows('row_id != "nobody"'));
  expect(cellNamed(after, 'below').key).not.toBe(cellNamed(before, 'below').key);
  await attemptAll(deps, (await newRun(store, before)).run, before);
  expect(await attemptAll(deps, (await newRun(store, after)).run, after)).toEqual([
    'world cached',
    'kept done',
    'below cached',
  ]);
  const record = await store.record(cellNamed(after, 'below').key);
  expect(record?.reused_from).toBe(cellNamed(before, 'below').key);
});

describe('a failed attempt', () => {
  test.each(['user', 'diverged'] as const)(
    'of class %s ends the cell at once and is never tried unchanged',
    async failure => {
      const store = createMemoryStore();
      const plan = planOf(chain);
      const { run } = await newRun(store, plan);
      const result = await attempt(dependencies(store, { execute: failing(failure) }), run, cellNamed(plan, 'first'));
      expect(result).toEqual({
        ended: { cell: 0, state: 'failed', class: failure },
        reason: `as told: ${failure}`,
        lost: 0,
      });
    },
  );

  test('is counted by class: preemptions never eat the budget of another', async () => {
    const store = createMemoryStore();
    const plan = planOf(chain);
    const { run } = await newRun(store, plan);
    const cell = cellNamed(plan, 'first');
    const limit = failurePolicies.infrastructure.attempts;
    const classes = Array.from({ length: limit }, () => ['preempted', 'preempted', 'infrastructure'] as const).flat();
    const deps = dependencies(store, { execute: failing(...classes) });
    const ends: string[] = [];
    for (const _ of classes) {
      const result = await attempt(deps, run, cell);
      ends.push('ended' in result ? `${result.ended.state} ${result.ended.class}` : 'retry');
    }
    expect(ends.slice(0, -1)).toEqual(classes.slice(0, -1).map(() => 'retry'));
    expect(ends.at(-1)).toBe('failed infrastructure');
  });

  test('waits longer each time, up to its class’s longest', async () => {
    const store = createMemoryStore();
    const plan = planOf(chain);
    const { run } = await newRun(store, plan);
    const deps = dependencies(store, { execute: failing(...Array.from({ length: 9 }, () => 'quota' as const)) });
    const waits: unknown[] = [];
    for (let index = 0; index < 9; index++) waits.push(await attempt(deps, run, cellNamed(plan, 'first')));
    expect(waits.map(result => (result as { retry: number }).retry)).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
  });

  test('of an earlier run does not count against a later one, and all are in the record', async () => {
    const store = createMemoryStore();
    const plan = planOf(chain);
    const cell = cellNamed(plan, 'first');
    const flaky: ExecuteCell[] = [failing('preempted'), failing('infrastructure'), dependencies(store).execute];
    const execute: ExecuteCell = (task, hooks) => flaky.shift()!(task, hooks);
    const deps = dependencies(store, { execute, exclusive: true });
    for (let index = 0; index < 3; index++) await attempt(deps, (await newRun(store, plan)).run, cell);
    const record = await store.record(cell.key);
    expect(record?.attempts.map(each => `${each.run} ${each.class}`)).toEqual([
      'chain-1 preempted',
      'chain-2 infrastructure',
    ]);
    expect(await store.attempts(cell.key)).toEqual([]);
  });
});

test('a cell that another run is at is waited for without counting as a failure', async () => {
  const store = createMemoryStore();
  const plan = planOf(chain);
  const cell = cellNamed(plan, 'first');
  const lease = await store.acquireLease(cell.key, { host: 'elsewhere', pid: 1, purpose: 'other-1 first' }, 60);
  const deps = dependencies(store, { exclusive: true });
  const { run } = await newRun(store, plan);
  const waiting = await attempt(deps, run, cell);
  expect(waiting).toMatchObject({ reason: 'other-1 first (elsewhere, process 1) is at it' });
  expect(waiting).not.toHaveProperty('failure');
  if (lease.held) await lease.release();
  expect(await attempt(deps, run, cell)).toMatchObject({ ended: { state: 'done' } });
});

test('work taken over from a worker that vanished is remembered as a preemption', async () => {
  const store = createMemoryStore();
  const plan = planOf(chain);
  const cell = cellNamed(plan, 'first');
  await store.acquireLease(cell.key, { host: 'elsewhere', pid: 1, purpose: 'chain-1 first' }, 0.001);
  await new Promise(resolve => setTimeout(resolve, 5));
  const { run } = await newRun(store, plan);
  await attempt(dependencies(store, { exclusive: true }), run, cell);
  expect((await store.record(cell.key))?.attempts).toMatchObject([
    { class: 'preempted', message: 'the worker vanished (elsewhere, process 1)' },
  ]);
});

describe('a fan-in with missing parts', () => {
  const fanIn = `
study: fan
axes: { i: { count: 4 } }
steps:
  part: { use: no-op, over: [i], with: { fail: "\${i == 2}" } }
  join: { use: no-op, over: [], in: { parts: part }, quorum: 3 }
  after: { use: no-op, in: { parts: join } }
`;
  const joinAll = async (store = createMemoryStore()) => {
    const plan = planOf(fanIn);
    const { run } = await newRun(store, plan);
    return { store, plan, run, ends: await attemptAll(dependencies(store), run, plan) };
  };

  test('lists what it lacked', async () => {
    const { store, plan, run, ends } = await joinAll();
    expect(ends).toEqual([
      'part[i=0] done',
      'part[i=1] done',
      'part[i=2] failed',
      'part[i=3] done',
      'join done',
      'after done',
    ]);
    const record = await store.record(cellNamed(plan, 'join').key, run);
    expect(record?.inputs['parts']?.missing).toEqual([
      { at: [2], key: cellNamed(plan, 'part[i=2]').key, reason: 'it has not run' },
    ]);
  });

  test('answers for its own run alone, and so does what was made from it', async () => {
    const { store, plan, run } = await joinAll();
    for (const name of ['join', 'after']) {
      const { key } = cellNamed(plan, name);
      expect((await store.record(key, run))?.partial).toBe(true);
      expect(await store.record(key)).toBeUndefined();
    }
  });

  test('is reused by content by a run that lacks the same', async () => {
    const { store } = await joinAll();
    const again = await joinAll(store);
    expect(again.ends.at(-2)).toBe('join cached');
  });
});

test('what another run made of the same parts, between the look-up and the lease, is not made again', async () => {
  const store = createMemoryStore();
  const plan = planOf(`
study: fan
axes: { i: { count: 3 } }
steps:
  part: { use: no-op, over: [i], with: { fail: "\${i == 1}" } }
  join: { use: no-op, over: [], in: { parts: part }, quorum: 2 }
`);
  const [first, second] = [await newRun(store, plan), await newRun(store, plan)];
  for (const { run } of [first, second])
    for (const name of ['part[i=0]', 'part[i=1]', 'part[i=2]'])
      await attempt(dependencies(store), run, cellNamed(plan, name));
  const join = cellNamed(plan, 'join');
  const ahead = {
    ...store,
    acquireLease: async (...given: Parameters<typeof store.acquireLease>) => {
      await attempt(dependencies(store, { exclusive: true }), first.run, join);
      return store.acquireLease(...given);
    },
  };
  const late = await attempt(dependencies(ahead, { exclusive: true, execute: failing() }), second.run, join);
  expect(late).toMatchObject({ ended: { state: 'cached' }, reason: 'the same work as join' });
  expect((await store.record(join.key, second.run))?.partial).toBe(true);
});

test('a cell whose step kind this worker does not know fails as a bug, not as the user’s', async () => {
  const store = createMemoryStore();
  const plan = planOf(chain);
  const cell = { ...cellNamed(plan, 'first'), use: 'no-such-kind' };
  const { run } = await newRun(store, plan);
  expect(await attempt(dependencies(store), run, cell)).toMatchObject({
    reason: 'internal: this worker knows no step kind `no-such-kind`',
  });
});

test('a result that breaks its contract is never published', async () => {
  const store = createMemoryStore();
  const plan = planOf(chain);
  const cell = cellNamed(plan, 'first');
  const { run } = await newRun(store, plan);
  const { bodyOf } = await import('../../activities/steps/bodies.ts');
  const { cellExecutor } = await import('../../activities/execute-cell.ts');
  const body = await bodyOf('no-op');
  const execute = cellExecutor({
    store,
    bodyOf: async () => ({ ...body, run: async context => ({ outputs: { out: await context.writeJson({}) } }) }),
    resources: { backend: undefined, nativePackage: undefined },
    checkpointSeconds: 30,
  });
  const result = await attempt(dependencies(store, { execute }), run, cell);
  expect(result).toMatchObject({
    reason: 'internal: `no-op` broke its contract: the output `out` is a json, and table was declared',
  });
  expect(await store.record(cell.key, run)).toBeUndefined();
});
