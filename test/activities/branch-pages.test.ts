import { expect, test } from 'vitest';
import { firstPage, listBranches } from '../../activities/branch-pages.ts';
import { openRun } from '../../activities/open-run.ts';
import { createPlanReader } from '../../activities/plan-reader.ts';
import type { BranchPage } from '../../schemas/engine.ts';
import { type Plan, cellName } from '../../schemas/plan.ts';
import { numbersIn } from '../../schemas/ranges.ts';
import { createMemoryStore } from '../../store/memory-store.ts';
import { attempt, dependencies, newRun, planOf } from './rig.ts';

/** A join needs all of five thousand branches of one cell each. */
const plan: Plan = (() => {
  const whole = planOf(`
study: wide
axes: { i: { count: 5000 } }
steps:
  one: { use: no-op, over: [i] }
  join: { use: no-op, over: [], in: { parts: one } }
`);
  const branchList = whole.cellList.map(({ index, step, at, inputs }) => ({
    index,
    title: cellName(step, at),
    needs: Object.values(inputs).flatMap(({ parts }) => parts.map(part => part.cell)),
    cells: [index],
  }));
  return { ...whole, branchList };
})();

const bytes = (value: unknown) => JSON.stringify(value).length;

test('the branches of a large plan come in pages, each small, that leave none out', async () => {
  const store = createMemoryStore();
  const reference = await newRun(store, plan);
  const plans = createPlanReader(store);
  for (const cell of plan.cellList.slice(4000, 4003)) await attempt(dependencies(store), reference.run, cell);

  const overview = await openRun(store, plans, reference);
  expect(bytes(overview)).toBeLessThan(200_000);
  expect(overview.recorded).toBe(3);
  expect(overview.rest?.marks).toEqual({ waits: [], recorded: [[4000, 4002]], pilots: [] });

  const pages: BranchPage[] = [];
  for (let from = overview.rest?.from; from !== undefined; from = pages.at(-1)?.next)
    pages.push(await listBranches(plans, { ...reference, from }));
  for (const page of pages) expect(bytes(page)).toBeLessThan(200_000);
  const listed = [...overview.branches, ...pages.flatMap(({ branches }) => branches)];
  expect(listed.map(({ id }) => id)).toEqual(plan.branchList.map(({ index }) => index));
  const last = pages.at(-1)?.branches.at(-1);
  expect([...numbersIn(last?.needs ?? [])]).toEqual(plan.branchList.at(-1)?.needs);
});

test('a page that has no room for its first branch has that one alone; the first page may have none', async () => {
  const store = createMemoryStore();
  // Every second branch: needs that ranges cannot shorten.
  const needs = Array.from({ length: 20_000 }, (_, index) => 2 * index);
  const branchList = plan.branchList.map(branch => (branch.index === 5000 ? { ...branch, needs } : branch));
  const reference = await newRun(store, { ...plan, branchList });
  const page = await listBranches(createPlanReader(store), { ...reference, from: 5000 });
  expect(page.branches.map(({ id }) => id)).toEqual([5000]);
  expect(page.next).toBeUndefined();
  expect(firstPage([{ id: 0, needs, recorded: false, pilot: false }])).toEqual([]);
});
