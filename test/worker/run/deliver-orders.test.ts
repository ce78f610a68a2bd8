import { expect, test } from 'vitest';
import type { BranchOrder } from '../../../schemas/engine.ts';
import type { RunEvent } from '../../../schemas/run.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { createOrderDelivery } from '../../../worker/run/deliver-orders.ts';
import { cellNamed, newRun, planOf } from '../../activities/rig.ts';

const plan = planOf(`
study: asking
axes: { i: { count: 2 } }
steps:
  one: { use: no-op, over: [i] }
  dear: { use: no-op, in: { parts: one }, with: { bytes: 1 }, approve: true }
`);
const at = '2026-01-01T00:00:00.000Z';
const cancelled = (cell: number): RunEvent => ({
  event: 'cell-cancel-ordered',
  at,
  cell,
  by: 'ann@here',
  reason: 'a typo',
});
const rejected: RunEvent = { event: 'approval-decided', at, name: 'dear', decision: 'rejected', by: 'ann@here' };

test('every order of a run under way is told once by a worker, to the branches it concerns; of others none', async () => {
  const store = createMemoryStore();
  const [live, over] = [await newRun(store, plan), await newRun(store, plan)];
  const told: [string, number, BranchOrder][] = [];
  const deliver = createOrderDelivery(store, {
    state: run => Promise.resolve(run === live.run ? 'running' : 'ended'),
    order: (run, branch, order) => {
      told.push([run, branch, order]);
      return Promise.resolve(true);
    },
  });
  const { index: one } = cellNamed(plan, 'one[i=1]');
  for (const { run } of [live, over]) await store.appendEvents(run, [cancelled(one)]);
  await deliver();
  expect(told).toEqual([[live.run, 0, { order: 'cancel', cell: one, reason: 'ended by ann@here: a typo' }]]);
  await store.appendEvents(live.run, [rejected]);
  await deliver();
  await deliver();
  expect(told.slice(1)).toEqual([[live.run, 1, { order: 'reject', name: 'dear', reason: 'rejected by ann@here' }]]);
});

test('an order that could not be told is told the next time', async () => {
  const store = createMemoryStore();
  const { run } = await newRun(store, plan);
  await store.appendEvents(run, [rejected]);
  let answers = false;
  let told = 0;
  const deliver = createOrderDelivery(store, {
    state: () => Promise.resolve('running'),
    order: () => {
      if (!answers) return Promise.reject(new Error('no server'));
      told += 1;
      return Promise.resolve(true);
    },
  });
  await expect(deliver()).rejects.toThrow('no server');
  answers = true;
  await deliver();
  expect(told).toBe(1);
});
