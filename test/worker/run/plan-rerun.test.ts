import { expect, test } from 'vitest';
import { type Plan, cellName } from '../../../schemas/plan.ts';
import type { RunEvent } from '../../../schemas/run.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { rerunLines } from '../../../worker/cli/rerun-lines.ts';
import { beginRun } from '../../../worker/run/begin-run.ts';
import { planRerun } from '../../../worker/run/plan-rerun.ts';
import { attempt, cellNamed, dependencies, planOf } from '../../activities/rig.ts';

const study = (late = 1) => `
study: again
axes: { i: { count: 3 } }
steps:
  early: { use: no-op, over: [i] }
  late: { use: no-op, in: { parts: early }, with: { bytes: ${late} } }
  join: { use: no-op, over: [], in: { parts: { from: late, quorum: 2 } } }
`;

/** A run that ended with these cells made and the others as said. */
async function ended(plan: Plan, made: readonly string[], ends: Readonly<Record<string, Partial<RunEvent>>>) {
  const store = createMemoryStore();
  const { record } = await beginRun(store, { plan, file: 'study.yaml', set: [] });
  const at = new Date().toISOString();
  for (const name of made) await attempt(dependencies(store), record.run, cellNamed(plan, name));
  const told = plan.cellList.flatMap((cell): RunEvent[] => {
    const end = ends[cellName(cell.step, cell.at)];
    const state = made.includes(cellName(cell.step, cell.at)) ? 'done' : undefined;
    if (end === undefined && state === undefined) return [];
    return [
      { event: 'cell-ended', at, cell: cell.index, ...(state === undefined ? {} : { state }), ...end } as RunEvent,
    ];
  });
  await store.appendEvents(record.run, [...told, { event: 'run-ended', at, state: 'failed' }]);
  return { store, origin: record };
}

const earlies = ['early[i=0]', 'early[i=1]', 'early[i=2]'];
const failed = { state: 'failed', class: 'diverged', reason: 'NaN' } as const;
const options = { replanned: undefined, cells: undefined, resources: [] };
const namesOf = (cells: Plan['cellList']) => cells.map(cell => cellName(cell.step, cell.at));

test('what was called off stays so; what a bug left without an end is made with what failed', async () => {
  const plan = planOf(study());
  const { store, origin } = await ended(plan, earlies, { 'late[i=0]': failed, 'late[i=1]': { state: 'cancelled' } });
  const planned = await planRerun(store, { ...options, origin });
  // late[i=2] has no end at all; with it the quorum of the join is met.
  expect(namesOf(planned.made)).toEqual(['late[i=0]', 'late[i=2]', 'join']);
  expect(planned.left).toEqual([
    { state: 'cancelled', reason: 'left out when again-1 was run again', ranges: [[4, 4]] },
  ]);
  expect(planned.digest).toBe(origin.plan);
});

test('a fan-in that was made from too little is made again when what it lacked is', async () => {
  const plan = planOf(study());
  const made = [...earlies, 'late[i=0]', 'late[i=1]', 'join'];
  const { store, origin } = await ended(plan, made, { 'late[i=2]': failed });
  const planned = await planRerun(store, { ...options, origin });
  expect(namesOf(planned.made)).toEqual(['late[i=2]', 'join']);
  expect(rerunLines('again-1', planned, 80)).toEqual([
    'rerun of again-1: 2 cells',
    '  late[i=2]      1  failed (diverged): NaN',
    '  join           1  there, but its result is partial or gone',
  ]);
});

test('a plan made anew is made whole, unless an expression chooses by how its namesakes ended', async () => {
  const { store, origin } = await ended(planOf(study()), [...earlies, 'late[i=0]', 'late[i=1]'], {
    'late[i=2]': failed,
  });
  const replanned = planOf(study(2));
  const whole = await planRerun(store, { ...options, origin, replanned });
  expect(namesOf(whole.made)).toEqual(['late[i=0]', 'late[i=1]', 'late[i=2]', 'join']);
  expect(whole.changed?.changes).toMatchObject([{ step: 'late', field: 'with.bytes', before: 1, after: 2, cells: 3 }]);
  const some = await planRerun(store, { ...options, origin, replanned, cells: 'class == "diverged"' });
  expect(namesOf(some.made)).toEqual(['late[i=2]']);
  expect(some.left.map(({ state }) => state)).toEqual(['cancelled']);
});

test('a run that was only called off says how its cells are chosen', async () => {
  const { store, origin } = await ended(planOf(study()), earlies, {
    'late[i=0]': { state: 'cancelled' },
    'late[i=1]': { state: 'cancelled' },
    'late[i=2]': { state: 'cancelled' },
    join: { state: 'cancelled' },
  });
  const planned = await planRerun(store, { ...options, origin });
  expect(rerunLines('again-1', planned, 80)).toEqual([
    'rerun of again-1: 0 cells',
    '4 cells without a result stay as they are: called off, not failed. --cells',
    `'state == "cancelled"' chooses them`,
  ]);
});

test('work of another version of a step kind is refused before anything starts', async () => {
  const plan = planOf(study());
  const older = { ...plan, cellList: plan.cellList.map(cell => ({ ...cell, version: 99 })) };
  const { store, origin } = await ended(older, [], { 'early[i=0]': failed });
  await expect(planRerun(store, { ...options, origin })).rejects.toThrow(
    /planned for version 99 of `no-op` \(early\[i=0\]\), and this build has version 1/,
  );
});
