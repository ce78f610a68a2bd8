import { describe, expect, test } from 'vitest';
import { CellFailure } from '../../activities/cell-failure.ts';
import type { ExecuteCell } from '../../activities/compute.ts';
import type { FailureClass } from '../../schemas/failure.ts';
import { createMemoryStore } from '../../store/memory-store.ts';
import { attempt, attemptAll, cellNamed, dependencies, newRun, planOf } from './rig.ts';

const study = (onFailure: string) => `
study: steep
steps:
  first: { use: no-op, with: { bytes: 8 }, on_failure: ${onFailure} }
  second: { use: no-op, in: { parts: first } }
`;

const halving = "{ diverged: { with: { bytes: '${with.bytes / 2}' }, attempts: 2 } }";

/** Fails while it is asked for more bytes than it bears; tells what it was asked for. */
function bearing(store: ReturnType<typeof createMemoryStore>, most: number, failure: FailureClass = 'diverged') {
  const asked: number[] = [];
  const { execute: real } = dependencies(store);
  const execute: ExecuteCell = (task, hooks) => {
    const bytes = Number(task.cell.with['bytes']);
    if (task.cell.step === 'first') asked.push(bytes);
    if (bytes > most) return Promise.reject(new CellFailure(failure, `${bytes} is too steep`));
    return real(task, hooks);
  };
  return { asked, execute };
}

describe('a changed recipe', () => {
  test('is tried after a failure of its class, each change from the one before, until one holds', async () => {
    const store = createMemoryStore();
    const plan = planOf(study(halving));
    const { asked, execute } = bearing(store, 2);
    const deps = dependencies(store, { execute, exclusive: true });
    const { run } = await newRun(store, plan);
    const first = cellNamed(plan, 'first');
    expect(await attempt(deps, run, first)).toMatchObject({ retry: 0, changed: 'bytes 4 (diverged)' });
    expect(await attempt(deps, run, first)).toMatchObject({ retry: 0, changed: 'bytes 2 (diverged)' });
    expect(await attempt(deps, run, first)).toMatchObject({ ended: { state: 'done' }, changed: 'bytes 2 (diverged)' });
    expect(asked).toEqual([8, 4, 2]);
  });

  test('has a key of its own; the planned key is answered in its run alone, and so is what is made from it', async () => {
    const store = createMemoryStore();
    const plan = planOf(study(halving));
    const deps = dependencies(store, { execute: bearing(store, 4).execute });
    const { run } = await newRun(store, plan);
    await attempt(deps, run, cellNamed(plan, 'first'));
    expect(await attemptAll(deps, run, plan)).toEqual(['first done', 'second done']);
    const { key } = cellNamed(plan, 'first');
    expect(await store.record(key)).toBeUndefined();
    expect(await store.record(cellNamed(plan, 'second').key)).toBeUndefined();
    const record = await store.record(key, run);
    expect(record).toMatchObject({
      key,
      with: { bytes: 4 },
      partial: true,
      changed: { planned: key, after: [{ class: 'diverged', failures: 1, with: { bytes: 4 }, resources: {} }] },
    });
    const lower = planOf(study(halving).replace('bytes: 8', 'bytes: 4'));
    expect(await store.record(cellNamed(lower, 'first').key)).toMatchObject({
      partial: false,
      outputs: record?.outputs,
    });
  });

  test('is taken from the store by a later run, with no failure in between', async () => {
    const store = createMemoryStore();
    const plan = planOf(study(halving));
    const { asked, execute } = bearing(store, 4);
    const deps = dependencies(store, { execute });
    const before = await newRun(store, plan);
    await attempt(deps, before.run, cellNamed(plan, 'first'));
    await attemptAll(deps, before.run, plan);
    const { run } = await newRun(store, plan);
    expect(await attemptAll(deps, run, plan)).toEqual(['first cached', 'second cached']);
    expect(asked).toEqual([8, 4]);
    expect((await store.record(cellNamed(plan, 'first').key, run))?.changed?.planned).toBe(
      cellNamed(plan, 'first').key,
    );
  });

  test('gives way once the cell is made as planned', async () => {
    const store = createMemoryStore();
    const plan = planOf(study(halving));
    const before = await newRun(store, plan);
    const deps = dependencies(store, { execute: bearing(store, 4).execute });
    await attempt(deps, before.run, cellNamed(plan, 'first'));
    await attemptAll(deps, before.run, plan);
    const plain = planOf(study('{}'));
    const asPlanned = await newRun(store, plain);
    expect(await attemptAll(dependencies(store), asPlanned.run, plain)).toEqual(['first done', 'second done']);
    const { run } = await newRun(store, plan);
    await attemptAll(deps, run, plan);
    expect((await store.record(cellNamed(plan, 'first').key, run))?.changed).toBeUndefined();
  });

  test('is no longer tried when all changes have failed', async () => {
    const store = createMemoryStore();
    const plan = planOf(study(halving));
    const { asked, execute } = bearing(store, 0);
    const deps = dependencies(store, { execute });
    const { run } = await newRun(store, plan);
    for (let number = 0; number < 2; number++) await attempt(deps, run, cellNamed(plan, 'first'));
    expect(await attempt(deps, run, cellNamed(plan, 'first'))).toMatchObject({
      ended: { state: 'failed', class: 'diverged' },
    });
    expect(asked).toEqual([8, 4, 2]);
  });

  test('of resources alone leaves the key as it is', async () => {
    const store = createMemoryStore();
    const plan = planOf(study("{ out-of-memory: { resources: { memory: '${resources.memory * 2}' } } }"));
    const given: number[] = [];
    const { execute: real } = dependencies(store);
    const execute: ExecuteCell = (task, hooks) => {
      given.push(task.cell.resources.memory);
      return given.length === 1 ? Promise.reject(new CellFailure('out-of-memory', 'too little')) : real(task, hooks);
    };
    const deps = dependencies(store, { execute });
    const { run } = await newRun(store, plan);
    const first = cellNamed(plan, 'first');
    expect(await attempt(deps, run, first)).toMatchObject({ retry: 5, changed: 'memory 2000000000 (out-of-memory)' });
    expect(await attempt(deps, run, first)).toMatchObject({ ended: { state: 'done' } });
    expect(given).toEqual([1e9, 2e9]);
    expect(await store.record(first.key)).toMatchObject({ partial: false, changed: { planned: first.key } });
  });
});
