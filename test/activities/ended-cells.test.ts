import { expect, test } from 'vitest';
import { endedCells } from '../../activities/ended-cells.ts';
import type { RunEvent } from '../../schemas/run.ts';
import { createMemoryStore } from '../../store/memory-store.ts';
import { newRun, planOf } from './rig.ts';

const ended = (cell: number, state: 'done' | 'failed' | 'skipped'): RunEvent => ({
  event: 'cell-ended',
  at: new Date().toISOString(),
  cell,
  state,
});

async function prepared() {
  const store = createMemoryStore();
  const { run } = await newRun(store, planOf('study: few\nsteps: { one: { use: no-op } }'));
  const cursors: (string | undefined)[] = [];
  const counted = {
    events: (name: string, cursor?: string) => {
      cursors.push(cursor);
      return store.events(name, cursor);
    },
  };
  const states = async () => [...(await endedCells(counted, run))].map(([cell, { state }]) => `${cell} ${state}`);
  return { store, run, cursors, states };
}

test('whoever asks again reads what came since, and still knows what was before', async () => {
  const { store, run, cursors, states } = await prepared();
  await store.appendEvents(run, [ended(0, 'failed'), ended(1, 'skipped')]);
  expect(await states()).toEqual(['0 failed', '1 skipped']);
  await store.appendEvents(run, [ended(0, 'done'), ended(2, 'failed')]);
  expect(await states()).toEqual(['0 done', '1 skipped', '2 failed']);
  expect(cursors.map(cursor => cursor === undefined)).toEqual([true, false]);
});

test('those who ask at the same time all hear of everything', async () => {
  const { store, run, states } = await prepared();
  await store.appendEvents(run, [ended(0, 'failed')]);
  expect(await Promise.all([states(), states(), states()])).toEqual([['0 failed'], ['0 failed'], ['0 failed']]);
});
