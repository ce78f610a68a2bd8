/** Two workers at one cell: the late one loses its lease, and what differs between them is never hidden. */
import { describe, expect, test } from 'vitest';
import type { ExecuteCell } from '../../activities/compute.ts';
import { attemptCell } from '../../activities/attempt-cell.ts';
import type { DifferingOutputs } from '../../schemas/nondeterminism.ts';
import { putJson } from '../../store/json-artifact.ts';
import { createMemoryStore } from '../../store/memory-store.ts';
import type { Store } from '../../store/store.ts';
import { attempt, cellNamed, dependencies, newRun, planOf } from './rig.ts';

const study = `
study: pair
steps:
  only: { use: no-op, with: { bytes: 3 } }
`;

/** Gives a json of its own, after `before` has had its turn. */
function giving(store: Store, value: number, before: () => Promise<void> = async () => undefined): ExecuteCell {
  return async () => {
    await before();
    const out = await putJson(store, { value });
    return { outputs: { out }, notes: {}, seconds: 1, resumedAt: [] };
  };
}

async function prepared() {
  const store = createMemoryStore();
  const plan = planOf(study);
  const { run } = await newRun(store, plan);
  return { store, cell: cellNamed(plan, 'only'), run };
}

describe('a second result of the same key', () => {
  test('with other bytes leaves the first in place, and is told in the run and noted in the store with both digests', async () => {
    const { store, cell, run } = await prepared();
    const told: DifferingOutputs[] = [];
    const rival = () => attempt(dependencies(store, { execute: giving(store, 1) }), run, cell).then(() => undefined);
    const hooks = {
      signal: new AbortController().signal,
      onStart: () => undefined,
      onProgress: () => undefined,
      onDifference: (outputs: DifferingOutputs) => void told.push(outputs),
    };
    const deps = dependencies(store, { execute: giving(store, 2, rival) });
    expect(await attemptCell(deps, run, cell, hooks)).toMatchObject({ ended: { state: 'done' } });
    const record = await store.record(cell.key);
    const first = record!.outputs['out']!.digest;
    const second = (await putJson(store, { value: 2 })).digest;
    expect(first).toBe((await putJson(store, { value: 1 })).digest);
    expect(told).toEqual([{ out: { recorded: first, again: second } }]);
    expect(await store.nondeterminism()).toMatchObject([
      { key: cell.key, name: 'only', found_by: 'publication', outputs: told[0], recorded: { run }, again: { run } },
    ]);
  });

  test('with the same bytes is no news', async () => {
    const { store, cell, run } = await prepared();
    const rival = () => attempt(dependencies(store, { execute: giving(store, 1) }), run, cell).then(() => undefined);
    await attempt(dependencies(store, { execute: giving(store, 1, rival) }), run, cell);
    expect(await store.nondeterminism()).toEqual([]);
  });
});

test('a worker that loses its lease in the middle publishes nothing, counts nothing, and leaves its successor alone', async () => {
  const { store, cell, run } = await prepared();
  let successor: Awaited<ReturnType<Store['acquireLease']>> | undefined;
  const stolen = async () => {
    // As if the process had been stopped for longer than its lease, which another then took.
    await store.clearWork(cell.key);
    successor = await store.acquireLease(cell.key, { host: 'elsewhere', pid: 1, purpose: 'the successor' }, 60);
  };
  const deps = dependencies(store, { execute: giving(store, 1, stolen), exclusive: true });
  const result = await attempt(deps, run, cell);
  expect(result).toMatchObject({ failure: { class: 'preempted' }, reason: expect.stringContaining('was lost') });
  expect(await store.record(cell.key)).toBeUndefined();
  expect(await store.attempts(cell.key)).toEqual([]);
  expect(successor?.held && (await successor.renew())).toBe(true);
});

test('the body is given the fence of the lease it works under, and a light one none', async () => {
  const { store, cell, run } = await prepared();
  const fences: unknown[] = [];
  for (const exclusive of [true, false]) {
    const execute: ExecuteCell = async ({ fence }) => {
      fences.push(fence);
      throw new Error('enough');
    };
    await attempt(dependencies(store, { execute, exclusive }), run, cell);
  }
  expect(fences).toEqual([{ number: expect.any(Number), token: expect.any(String) }, undefined]);
});
